// Who may write to a data folder: one process at a time. The lock is the operating system's, on a file that SQLite locks, so it is
// gone with its process, however that ended: a stale lock cannot be left behind.
import path from "node:path";
import { DatabaseSync } from "@photostructure/sqlite";
import { setAside } from "./setAside";
import { isDamage, sqliteCode } from "../core/chats/databaseFailure";

const LOCK_FILE = "instance.lock";
/** sqlite3.h */
const SQLITE_BUSY = 5;

export interface DataFolderLock {
  release(): void;
}

/** null = another process holds it. Throws when the folder cannot be written to. */
export function lockDataFolder(folder: string): DataFolderLock | null {
  const file = path.join(folder, LOCK_FILE);
  try {
    return lock(file);
  } catch (error) {
    if (!isDamage(error)) throw error;
    // Nobody can hold a lock on what SQLite does not open.
    setAside(file);
    return lock(file);
  }
}

function lock(file: string): DataFolderLock | null {
  const connection = new DatabaseSync(file, { timeout: 0 });
  try {
    connection.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    connection.close();
    if (isBusy(error)) return null;
    throw error;
  }
  return { release: () => connection.close() };
}

function isBusy(error: unknown): boolean {
  return ((sqliteCode(error) ?? 0) & 0xff) === SQLITE_BUSY;
}
