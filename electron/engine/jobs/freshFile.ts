// Writes a file that is whole or not there: under an unfinished name, synced, before it gets its name. Job process.
import { open, stat } from "node:fs/promises";
import path from "node:path";
import { UNFINISHED_SUFFIX } from "../../contract/jobs";
import { removeFile, replaceFile } from "../../files/placeFile";
import { NoRoomError, requireRoom } from "../../files/room";
import { syncFolder } from "../../files/syncFolder";
import { unfinishedFileOf } from "../../files/unfinishedFile";
import { JobError } from "./JobError";

/**
 * Calls `write` with the target's unfinished path; when it returns, the file is synced, and whoever started the job gives it its name
 * (core/jobs/runJob.ts). When it throws, nothing is left. Killed in between, the unfinished file is left for whoever started the job.
 */
export async function writeUnfinished<Value>(
  target: string,
  write: (unfinishedPath: string) => Promise<Value>,
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
    return value;
  } catch (error) {
    await removeFile(unfinished);
    throw error;
  }
}

/** Like writeUnfinished, for what Facet keeps for itself under a name that says of what it was made: it replaces what has the name. */
export async function writeKeptFile<Value>(
  target: string,
  write: (unfinishedPath: string) => Promise<Value>,
): Promise<Value> {
  let unfinished = "";
  const value = await writeUnfinished(target, (file) => write((unfinished = file)));
  await replaceFile(unfinished, target);
  await syncFolder(path.dirname(target));
  return value;
}

/** Throws JobError "job-disk-full" with both figures, "folder-unusable". */
export async function requireFreeSpace(folder: string, neededBytes: number): Promise<void> {
  try {
    await requireRoom(folder, neededBytes);
  } catch (error) {
    if (!(error instanceof NoRoomError))
      throw JobError.because("folder-unusable", { folder: path.basename(folder) }, error);
    throw JobError.because("job-disk-full", {
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
