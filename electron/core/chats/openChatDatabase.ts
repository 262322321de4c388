// Opens the chat database so that whatever happened to the file, there is one to work with and nothing is overwritten.
//
// oxlint-disable-next-line no-restricted-imports -- three files that belong together, to names that were looked for
import { existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fail, succeed, type Outcome } from "../../contract/failure";
import { connectDatabase, type Database } from "./database";
import { isDamage, openFailure } from "./databaseFailure";
import { migration0001 } from "./migrations/migration0001";
import { migration0002 } from "./migrations/migration0002";
import { migration0003 } from "./migrations/migration0003";

/** Index + 1 is the user_version that the migration leads to. */
const migrations = [migration0001, migration0002, migration0003];

export interface OpenedDatabase {
  database: Database;
  /** Where a damaged database was put, with its -wal and -shm files beside it; null = the file was sound. */
  movedAsideTo: string | null;
}

/**
 * Opens or makes the database at `file`. Failures: "database-newer" (left as it is), "disk-full",
 * "data-folder-unusable". A damaged one is moved aside and a new one begun.
 */
export function openChatDatabase(file: string, now: () => number): Outcome<OpenedDatabase> {
  const folder = path.dirname(file);
  try {
    const outcome = openSound(file);
    return outcome.ok ? succeed({ database: outcome.value, movedAsideTo: null }) : outcome;
  } catch (error) {
    if (!isDamage(error) && !(error instanceof DamageFound)) return { ok: false, failure: openFailure(error, folder) };
  }
  try {
    const movedAsideTo = moveAside(file, now());
    const outcome = openSound(file);
    return outcome.ok ? succeed({ database: outcome.value, movedAsideTo }) : outcome;
  } catch (error) {
    if (error instanceof DamageFound || isFileSystemError(error))
      return fail("data-folder-unusable", { folder }, error);
    return { ok: false, failure: openFailure(error, folder) };
  }
}

/** An empty one in memory, for those who only read the other files. */
export function noChatDatabase(): Outcome<OpenedDatabase> {
  const database = connectDatabase(":memory:");
  migrate(database, 0);
  return succeed({ database, movedAsideTo: null });
}

class DamageFound extends Error {}

function openSound(file: string): Outcome<Database> {
  // SQLite would take an empty or missing file for a new database and delete the log that holds all the chats.
  if ((sizeBytes(file) ?? 0) === 0 && (sizeBytes(`${file}-wal`) ?? 0) > 0)
    throw new DamageFound("The file is empty, its log is not");
  const endedCleanly = !existsSync(file) || markerMatches(file);

  const database = connectDatabase(file);
  try {
    const version = Number(database.askPragma("user_version")[0]);
    if (version > migrations.length) {
      database.close();
      return fail("database-newer", { file });
    }
    database.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON");
    // SQLite may refuse the write-ahead log (some network file systems); a rollback journal is as safe, only slower.
    if (database.askPragma("journal_mode")[0] !== "wal") database.execute("PRAGMA journal_mode = DELETE");
    if (!endedCleanly && database.askPragma("quick_check")[0] !== "ok") {
      throw new DamageFound("quick_check found damage");
    }
    migrate(database, version);
    if (!endedCleanly) repairIndexes(database);
    rmSync(markerFile(file), { force: true });
  } catch (error) {
    closeQuietly(database);
    throw error;
  }
  return succeed(withCleanEnd(database, file));
}

function migrate(database: Database, from: number): void {
  for (const [index, sql] of migrations.entries()) {
    if (index < from) continue;
    database.transaction(() => {
      database.execute(sql);
      database.execute(`PRAGMA user_version = ${index + 1}`);
    });
  }
}

/** The indexes can be made again from the messages: their damage costs time, never data. */
function repairIndexes(database: Database): void {
  for (const table of ["messages_fts", "chats_fts"]) {
    try {
      database.execute(`INSERT INTO ${table}(${table}) VALUES ('integrity-check')`);
    } catch (error) {
      if (!isDamage(error)) throw error;
      database.execute(`INSERT INTO ${table}(${table}) VALUES ('rebuild')`);
    }
  }
}

/**
 * Remembers in a file beside the database how it looked when it was closed in order. Found unchanged at the next
 * start, the check of the whole database is left out; a kill, a power cut or a foreign hand leads to one.
 */
function withCleanEnd(database: Database, file: string): Database {
  let foundDamage = false;
  const watching = <Result>(work: () => Result): Result => {
    try {
      return work();
    } catch (error) {
      foundDamage ||= isDamage(error);
      throw error;
    }
  };
  return {
    all: (sql, ...values) => watching(() => database.all(sql, ...values)),
    get: (sql, ...values) => watching(() => database.get(sql, ...values)),
    run: (sql, ...values) => watching(() => database.run(sql, ...values)),
    execute: (sql) => watching(() => database.execute(sql)),
    askPragma: (name) => watching(() => database.askPragma(name)),
    transaction: (work) => watching(() => database.transaction(work)),
    close() {
      database.close();
      if (foundDamage) return;
      try {
        writeFileSync(markerFile(file), markerText(file), { mode: 0o600 });
      } catch {
        // A full disk: the next start checks the database, which costs a moment and nothing else.
      }
    },
  };
}

function markerFile(file: string): string {
  return `${file}-clean`;
}

function markerText(file: string): string {
  const { size, mtimeMs } = statSync(file);
  return JSON.stringify({ sizeBytes: size, mtimeMs });
}

function markerMatches(file: string): boolean {
  try {
    return readFileSync(markerFile(file), "utf8") === markerText(file) && (sizeBytes(`${file}-wal`) ?? 0) === 0;
  } catch {
    return false;
  }
}

/** The three files belong together: the log may hold what the damaged file lacks. */
function moveAside(file: string, atMs: number): string {
  const { dir, name, ext } = path.parse(file);
  const time = new Date(atMs).toISOString().replace(/[:.]/g, "-");
  let target = path.join(dir, `${name}-damaged-${time}${ext}`);
  for (let copy = 2; existsSync(target); copy++) target = path.join(dir, `${name}-damaged-${time}-${copy}${ext}`);
  for (const suffix of ["", "-wal", "-shm"]) {
    if (existsSync(file + suffix)) renameSync(file + suffix, target + suffix);
  }
  rmSync(markerFile(file), { force: true });
  return target;
}

function closeQuietly(database: Database): void {
  try {
    database.close();
  } catch {
    // The error that led here is the one to report.
  }
}

function sizeBytes(file: string): number | null {
  return statSync(file, { throwIfNoEntry: false })?.size ?? null;
}

function isFileSystemError(error: unknown): boolean {
  return error instanceof Error && "syscall" in error;
}
