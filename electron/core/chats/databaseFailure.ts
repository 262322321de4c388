// What an error of SQLite means for the user.
import { failure, type Failure } from "../../contract/failure";

/** SQLite's result codes (sqlite3.h); an extended code has the primary one in its lowest byte. */
const SQLITE_ERROR = 1;
const SQLITE_READONLY = 8;
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_CONSTRAINT = 19;
const SQLITE_NOTADB = 26;
/** A wrong statement, a broken constraint, a misuse, a wrong parameter: mistakes of ours, not of the disk. */
const bugs = [SQLITE_ERROR, SQLITE_CONSTRAINT, 21, 25];
const SQLITE_IOERR_WRITE = 778;
/** The -shm file could not be made as large as it must be: no room left. */
const SQLITE_IOERR_SHMSIZE = 4874;

/** SQLite's extended result code, or null for an error of another kind (a bug of ours, then). */
export function sqliteCode(error: unknown): number | null {
  if (!(error instanceof Error) || !("errcode" in error) || typeof error.errcode !== "number") return null;
  // The library fills errcode for most errors, sqliteExtendedCode only for errors of a statement.
  if ("sqliteExtendedCode" in error && typeof error.sqliteExtendedCode === "number") return error.sqliteExtendedCode;
  return error.errcode;
}

export function isDamage(error: unknown): boolean {
  const code = sqliteCode(error);
  return code !== null && [SQLITE_CORRUPT, SQLITE_NOTADB].includes(code & 0xff);
}

/** A row that a table does not take, as it is or as it would be. */
export function isConstraint(error: unknown): boolean {
  return ((sqliteCode(error) ?? 0) & 0xff) === SQLITE_CONSTRAINT;
}

/** A mistake in a statement, or a schema that is not what the statement is for. */
export function isWrongStatement(error: unknown): boolean {
  return ((sqliteCode(error) ?? 0) & 0xff) === SQLITE_ERROR;
}

/** For an error while reading or writing a database that had been opened. Errors that are not SQLite's are thrown on. */
export function databaseFailure(error: unknown): Failure {
  const code = sqliteCode(error);
  if (code === null || bugs.includes(code & 0xff)) throw error;
  if (isDamage(error)) return failure("database-damaged", undefined, error);
  if ((code & 0xff) === SQLITE_FULL || code === SQLITE_IOERR_WRITE || code === SQLITE_IOERR_SHMSIZE) {
    return failure("disk-full", undefined, error);
  }
  return failure("save-failed", undefined, error);
}

/** For an error while opening: what cannot be opened for another reason than room or damage is the folder's fault. */
export function openFailure(error: unknown, folder: string): Failure {
  const known = databaseFailure(error);
  const code = known.code === "save-failed" ? "data-folder-unusable" : known.code;
  const isReadOnly = ((sqliteCode(error) ?? 0) & 0xff) === SQLITE_READONLY;
  return failure(code, { folder, ...(isReadOnly ? { reason: "no-permission-to-write" } : {}) }, error);
}
