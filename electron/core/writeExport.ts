// Writes a file where the user wants it: under another name beside it until it is whole. Plain Node.
import { randomUUID } from "node:crypto";
import { lstat } from "node:fs/promises";
import path from "node:path";
import { fail, type Outcome } from "../contract/failure";
import { isTaken, placeFile, replaceFile } from "../files/placeFile";
import { requireRoom } from "../files/room";
import { errnoOf, saveFailure } from "./fileFailure";
import type { UnfinishedFiles } from "./UnfinishedFiles";
import { syncFolder } from "../files/syncFolder";

export interface ExportPlace {
  target: string;
  /** The user has agreed that what is there now is replaced. What gets the name after this is not. */
  replaces: boolean;
  /** As far as it is known; null: a text that is worth the last room of a disk. */
  sizeBytes: number | null;
  unfinished: UnfinishedFiles;
}

/** `write` gets the path to write to; what it leaves there is removed when it fails. Failures: its own, "target-exists", "disk-full", "save-failed". */
export async function writeExport<Value>(
  { target, replaces, sizeBytes, unfinished }: ExportPlace,
  write: (part: string) => Promise<Outcome<Value>>,
): Promise<Outcome<Value>> {
  const folder = path.dirname(target);
  const exists = () => fail("target-exists", { file: path.basename(target) });
  // The target's own name may be as long as the file system allows.
  const part = path.join(folder, `facet-${randomUUID()}.part`);
  try {
    const former = await identityOf(target);
    if (former !== null && !replaces) return exists();
    if (sizeBytes !== null) await requireRoom(folder, sizeBytes);
    await unfinished.begin(part);
    const written = await write(part);
    if (!written.ok) return written;
    const present = await identityOf(target);
    if (present === null) await placeFile(part, target);
    else if (present === former) await replaceFile(part, target);
    else return exists();
    await syncFolder(folder);
    return written;
  } catch (error) {
    return isTaken(error) ? exists() : { ok: false, failure: saveFailure(error, { folder }) };
  } finally {
    await unfinished.discard(part);
  }
}

/** Of what has this name, unchanged; null = nothing. */
async function identityOf(file: string): Promise<string | null> {
  try {
    const { dev, ino, size, mtimeMs } = await lstat(file);
    return [dev, ino, size, mtimeMs].join(" ");
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return null;
    throw error;
  }
}
