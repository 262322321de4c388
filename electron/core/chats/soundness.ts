// Whether a chat database is sound, and what of it can be made so in place.
import { closeSync, openSync, readSync, statSync } from "node:fs";
import { z } from "zod";
import { connectDatabase, type Database } from "./database";
import { isDamage } from "./databaseFailure";
import { migrate, schemaOf } from "./migrate";

export class DamageFound extends Error {}

/** What the header says of every file that Facet writes, by its place: https://www.sqlite.org/fileformat2.html#the_database_header */
const FIXED_HEADER: readonly (readonly [place: number, ...values: number[]])[] = [
  // Written and read with a rollback journal, or with a write-ahead log.
  [18, 1, 2],
  [19, 1, 2],
  // No bytes are kept free in a page, and so much of one is filled.
  [20, 0],
  [21, 64],
  [22, 32],
  [23, 32],
  // The format of the schema, and UTF-8.
  [44, 0],
  [45, 0],
  [46, 0],
  [47, 1, 2, 3, 4],
  [56, 0],
  [57, 0],
  [58, 0],
  [59, 1],
];
const HEADER_BYTES = 100;

/** Rows whose values the tables do not take: each is left out when it is read, and costs nothing else. */
const WRONG_ROW = /^(?:CHECK constraint failed in |NULL value in |(?:non-)?[A-Z]+ value in )/u;
/** What an index says differs from its table. */
const WRONG_INDEX = /^(?:row \d+ missing from index |wrong # of entries in index |non-unique entry in index )/u;
const WRONG_TEXT_INDEX = /fts5|inverted index/iu;

/** Before SQLite opens it, which would take some of it for a read-only file. Throws DamageFound. */
export function checkHeader(file: string): void {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size === 0) return;
  const header = Buffer.alloc(HEADER_BYTES);
  const opened = openSync(file, "r");
  try {
    readSync(opened, header, 0, HEADER_BYTES, 0);
  } finally {
    closeSync(opened);
  }
  const wrong = FIXED_HEADER.find(([place, ...values]) => !values.includes(header[place] ?? -1));
  if (wrong !== undefined) throw new DamageFound(`The header is wrong at ${wrong[0]}`);
}

/** Throws DamageFound where tables, indexes or triggers are not those of this version. */
export function checkSchema(database: Database, version: number): void {
  const made = connectDatabase(":memory:");
  migrate(made, 0, version);
  const expected = schemaOf(made);
  made.close();
  const found = schemaOf(database);
  // The version was damaged too: its tables exist already.
  if (version === 0 && found.size > 0) throw new DamageFound("The version is wrong");
  for (const [name, sql] of expected)
    if (found.get(name) !== sql) throw new DamageFound(`The schema of ${name} is wrong`);
}

/** The whole file is read. Indexes are made again where they are wrong: that costs time, never data. Throws DamageFound. */
export function checkContent(database: Database): void {
  const lines = z.array(z.string()).parse(database.values("integrity_check", "pragma_integrity_check"));
  // SQLite reports several things in one line.
  const faults = lines.flatMap((line) => line.split("\n")).filter((line) => line !== "ok" && !WRONG_ROW.test(line));
  const unknown = faults.find((line) => !WRONG_INDEX.test(line) && !WRONG_TEXT_INDEX.test(line));
  if (unknown !== undefined) throw new DamageFound(unknown);
  if (faults.some((line) => WRONG_INDEX.test(line))) makeIndexesAgain(database);
  makeTextIndexesAgain(database);
}

/** Two rows with one id are found here. */
function makeIndexesAgain(database: Database): void {
  try {
    database.execute("REINDEX");
  } catch (error) {
    throw new DamageFound("An index cannot be made again", { cause: error });
  }
}

function makeTextIndexesAgain(database: Database): void {
  for (const table of ["messages_fts", "chats_fts"]) {
    try {
      database.execute(`INSERT INTO ${table}(${table}) VALUES ('integrity-check')`);
    } catch (error) {
      if (!isDamage(error)) throw error;
      database.execute(`INSERT INTO ${table}(${table}) VALUES ('rebuild')`);
    }
  }
}
