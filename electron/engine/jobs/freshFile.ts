// Writes a file that is whole or not there: an unfinished name beside it, synced, then given its name. Job process.
import { open, rm, stat } from "node:fs/promises";
import path from "node:path";
import { UNFINISHED_SUFFIX } from "../../contract/jobs";
import { isTaken, placeFile } from "../../files/placeFile";
import { NoRoomError, requireRoom } from "../../files/room";
import { unfinishedFileOf } from "../../files/unfinishedFile";
import { JobError } from "./JobError";

/**
 * Calls `write` with an unfinished path; when it returns, the file is synced and gets its name. When it throws,
 * nothing is left. Killed in between, the unfinished file is left for whoever started the job to remove. Throws JobError "target-exists"
 * where another file got the name meanwhile, unless `place` knows what to do.
 */
export async function writeFreshFile<Value>(
  target: string,
  write: (unfinishedPath: string) => Promise<Value>,
  place: (unfinishedPath: string, target: string) => Promise<unknown> = placeFile,
): Promise<Value> {
  const unfinished = await unfinishedFileOf(target, UNFINISHED_SUFFIX);
  try {
    const value = await write(unfinished);
    const file = await open(unfinished, "r+");
    try {
      await file.sync();
    } finally {
      await file.close();
    }
    await place(unfinished, target);
    await syncFolder(path.dirname(target));
    return value;
  } catch (error) {
    await rm(unfinished, { force: true });
    if (isTaken(error)) throw new JobError("target-exists", { file: path.basename(target) }, error);
    throw error;
  }
}

/** Throws JobError "job-disk-full" with both figures, "folder-unusable". */
export async function requireFreeSpace(folder: string, neededBytes: number): Promise<void> {
  try {
    await requireRoom(folder, neededBytes);
  } catch (error) {
    if (!(error instanceof NoRoomError))
      throw new JobError("folder-unusable", { folder: path.basename(folder) }, error);
    throw new JobError("job-disk-full", {
      neededBytes: String(error.neededBytes),
      availableBytes: String(error.availableBytes),
    });
  }
}

/** True for the same file under any name or link; false when either is missing. */
export async function isSameFile(left: string, right: string): Promise<boolean> {
  if (path.resolve(left) === path.resolve(right)) return true;
  const [leftStat, rightStat] = await Promise.all([stat(left).catch(() => null), stat(right).catch(() => null)]);
  return leftStat !== null && rightStat !== null && leftStat.ino === rightStat.ino && leftStat.dev === rightStat.dev;
}

/** Windows cannot open folders; its rename is durable enough. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
