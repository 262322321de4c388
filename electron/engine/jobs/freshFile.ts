// Writes a file that is whole or not there: an unfinished name beside it, synced, then renamed. Job process.
import { open, rename, rm, stat, statfs } from "node:fs/promises";
import path from "node:path";
import { UNFINISHED_SUFFIX } from "../../contract/jobs";
import { JobError } from "./JobError";

/** Left free beside what we write, so that the system and the chats keep working. */
const FREE_BYTES_KEPT = 256 * 1024 * 1024;

/**
 * Calls `write` with an unfinished path; when it returns, the file is synced and gets its name. When it throws,
 * nothing is left. Killed in between, the unfinished file is left for whoever started the job to remove.
 */
export async function writeFreshFile<Value>(
  target: string,
  write: (unfinishedPath: string) => Promise<Value>,
): Promise<Value> {
  const unfinished = `${target}${UNFINISHED_SUFFIX}`;
  await rm(unfinished, { force: true });
  try {
    const value = await write(unfinished);
    const file = await open(unfinished, "r+");
    try {
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(unfinished, target);
    await syncFolder(path.dirname(target));
    return value;
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}

/** Throws JobError "job-disk-full" with both figures, "folder-unusable". */
export async function requireFreeSpace(folder: string, neededBytes: number): Promise<void> {
  let freeBytes: number;
  try {
    const { bavail, bsize } = await statfs(folder);
    freeBytes = bavail * bsize;
  } catch (error) {
    throw new JobError("folder-unusable", { folder: path.basename(folder) }, error);
  }
  if (freeBytes < neededBytes + FREE_BYTES_KEPT) {
    throw new JobError("job-disk-full", {
      neededBytes: String(neededBytes + FREE_BYTES_KEPT),
      availableBytes: String(freeBytes),
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
