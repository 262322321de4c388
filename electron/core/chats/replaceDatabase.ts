// A new database takes the place of one that is kept under another name. Each step is one rename, and what is begun is finished at the next
// start, so that an end at any moment leaves the old database or the new one in its place.
import { closeSync, existsSync, fsyncSync, openSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { randomUUID } from "node:crypto";
import path from "node:path";
import { placeFile, replaceFileNow } from "../../files/placeFile";
import type { UnfinishedFiles } from "../UnfinishedFiles";
import { DATABASE_PART } from "../unfinishedName";
import { syncFolder } from "../../files/syncFolder";
import { markerFile } from "./openChatDatabase";

/** What SQLite keeps beside a database; the log and the journal may hold what the file lacks. */
export const FILES_BESIDE = ["-wal", "-shm", "-journal"];
/** A finished database that waits for its place, by the name under which the one that is there now will be kept. */
const READY = /^chats-next-(?<kept>.+\.db)$/u;

/** An empty file for the user alone, to be filled with a database. What a killed program has left of it is removed at the next start. */
export async function newPart(folder: string, unfinished: UnfinishedFiles): Promise<string> {
  const part = path.join(folder, `${DATABASE_PART}${randomUUID()}.db`);
  for (const suffix of ["", ...FILES_BESIDE]) await unfinished.begin(part + suffix);
  writeFileSync(part, "", { mode: 0o600, flag: "wx" });
  return part;
}

/** Also of one that has its place now. */
export async function discardPart(part: string, unfinished: UnfinishedFiles): Promise<void> {
  for (const suffix of ["", ...FILES_BESIDE]) await unfinished.discard(part + suffix);
}

/** "2023-11-14T22-13-20-000Z": may be in the name of a file on every system. */
export function timeInName(atMs: number): string {
  return new Date(atMs).toISOString().replace(/[:.]/gu, "-");
}

/** `part` is whole, and will be the database; what is there now is kept as `keptName`. From here on it happens, now or at the next start. */
export async function decideReplacement(part: string, keptName: string): Promise<void> {
  const folder = path.dirname(part);
  const file = openSync(part, "r+");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  await placeFile(part, path.join(folder, `chats-next-${keptName}`));
  await syncFolder(folder);
}

/** Does what was decided. Returns where the former database is now; null = nothing was decided. */
export async function finishReplacement(file: string): Promise<string | null> {
  const folder = path.dirname(file);
  let keptAs: string | null = null;
  for (const name of readdirSync(folder).sort()) {
    const keptName = READY.exec(name)?.groups?.["kept"];
    if (keptName === undefined) continue;
    keptAs = moveAside(file, path.join(folder, keptName));
    replaceFileNow(path.join(folder, name), file);
    await syncFolder(folder);
  }
  return keptAs;
}

/** The file goes last: while it is there, what belongs to it is still to be moved. Returns where it is; it overwrites nothing. */
export function moveAside(file: string, target: string): string {
  const { dir, name, ext } = path.parse(target);
  const isFree = (base: string) => !existsSync(path.join(dir, base + ext));
  let base = name;
  if (existsSync(file)) for (let copy = 2; !isFree(base); copy++) base = `${name}-${copy}`;
  const kept = path.join(dir, base + ext);
  for (const suffix of [...FILES_BESIDE, ""]) {
    if (existsSync(file + suffix)) replaceFileNow(file + suffix, kept + suffix);
  }
  rmSync(markerFile(file), { force: true });
  return kept;
}
