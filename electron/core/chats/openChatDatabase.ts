// Opens the chat database where it is sound, and says where it is not. What becomes of a damaged one: openChats.ts.
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fail, succeed, type Outcome } from "../../contract/failure";
import { connectDatabase, type Database } from "./database";
import { errnoOf } from "../fileFailure";
import { isDamage, isWrongStatement, openFailure } from "./databaseFailure";
import { LATEST_VERSION, migrate } from "./migrate";
import { checkContent, checkHeader, checkSchema, DamageFound } from "./soundness";

/** No Facet comes so far: such a number is damage. */
const MOST_VERSIONS = 1_000;

/**
 * Opens or makes the database at `file`. Failures: "database-newer", "database-damaged" (both are left as they are), "disk-full",
 * "data-folder-unusable".
 */
export function openChatDatabase(file: string): Outcome<Database> {
  try {
    return openSound(file);
  } catch (error) {
    if (error instanceof DamageFound) return fail("database-damaged", undefined, error);
    const folder = path.dirname(file);
    // Found before SQLite has been asked: a folder in the file's place.
    if (errnoOf(error) !== null) return fail("data-folder-unusable", { folder }, error);
    return { ok: false, failure: openFailure(error, folder) };
  }
}

/** An empty one in memory, for those who only read the other files. */
export function noChatDatabase(): Database {
  const database = connectDatabase(":memory:");
  migrate(database, 0);
  return database;
}

function openSound(file: string): Outcome<Database> {
  // SQLite would take an empty or missing file for a new database and delete the log that holds all the chats.
  if ((sizeBytes(file) ?? 0) === 0 && (sizeBytes(`${file}-wal`) ?? 0) > 0)
    throw new DamageFound("The file is empty, its log is not");
  const endedCleanly = !existsSync(file) || markerMatches(file);
  checkHeader(file);

  const database = connectDatabase(file);
  try {
    const version = Number(database.values("user_version", "pragma_user_version")[0]);
    if (version > MOST_VERSIONS) throw new DamageFound("The version is wrong");
    if (version > LATEST_VERSION) {
      database.close();
      return fail("database-newer", { file });
    }
    database.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON");
    // SQLite may refuse the write-ahead log (some network file systems); a rollback journal is as safe, only slower.
    if (database.values("journal_mode", "pragma_journal_mode")[0] !== "wal")
      database.execute("PRAGMA journal_mode = DELETE");
    if (!endedCleanly || version !== LATEST_VERSION) checkSchema(database, version);
    if (!endedCleanly && version > 0) checkContent(database);
    migrate(database, version);
    rmSync(markerFile(file), { force: true });
  } catch (error) {
    closeQuietly(database);
    // Statements that are right elsewhere: the schema is another one.
    throw !endedCleanly && isWrongStatement(error) ? new DamageFound("The schema is wrong", { cause: error }) : error;
  }
  return succeed(withCleanEnd(database, file));
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
    values: (expression, source) => watching(() => database.values(expression, source)),
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

export function markerFile(file: string): string {
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
