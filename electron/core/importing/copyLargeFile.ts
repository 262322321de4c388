// Copies one file with progress, to be stopped between two pieces; the copy is on the disk when it returns. Plain Node.
import { constants } from "node:fs";
import { copyFile, open, stat } from "node:fs/promises";
import path from "node:path";
import { createHash } from "node:crypto";
import { removeFile } from "../../files/placeFile";
import { requireRoom } from "../../files/room";
import { abandonable } from "../../files/abandonable";
import { UserFile } from "../../files/UserFile";
import type { TaskRun } from "./FileTasks";

/** Large enough for a disk's full speed, small enough to stop at once and to keep a hash from holding up main. */
const PIECE_BYTES = 1024 * 1024;
/** Written between two looks at the disk, which others fill too. */
const ROOM_LOOK_BYTES = 64 * PIECE_BYTES;
/** Of a new file. */
const MODE = 0o644;

/**
 * `to` must not exist; what was written is deleted when it fails or is stopped. Where the file system can share the content
 * of two files, nothing is copied. Throws the file system's errors, NoRoomError before the disk is full, and
 * the signal's reason.
 */
export async function copyLargeFile(from: string, to: string, { signal, addDone }: TaskRun): Promise<void> {
  try {
    if (await cloned(from, to, signal)) {
      addDone((await stat(to)).size);
      return;
    }
    await copyPieces(from, to, { signal, addDone, mode: MODE });
  } catch (error) {
    if (!isExisting(error)) await removeFile(to);
    throw error;
  }
}

/** Like copyLargeFile, and returns the SHA-256 of what was read. */
export async function copyAndHash(
  from: string,
  to: string,
  { signal, addDone }: Pick<TaskRun, "signal" | "addDone">,
  mode = MODE,
): Promise<string> {
  const hash = createHash("sha256");
  try {
    await copyPieces(from, to, { signal, addDone, mode, look: (piece) => hash.update(piece) });
    return hash.digest("hex");
  } catch (error) {
    if (!isExisting(error)) await removeFile(to);
    throw error;
  }
}

/** SHA-256 of a whole file, with progress, to be stopped at once. */
export async function hashLargeFile(
  file: string,
  { signal, addDone }: Pick<TaskRun, "signal" | "addDone">,
): Promise<string> {
  const hash = createHash("sha256");
  const source = await UserFile.open(file, signal);
  try {
    const buffer = Buffer.allocUnsafe(PIECE_BYTES);
    for (;;) {
      const bytesRead = await source.read(buffer);
      if (bytesRead === 0) return hash.digest("hex");
      hash.update(buffer.subarray(0, bytesRead));
      addDone(bytesRead);
    }
  } finally {
    await source.close();
  }
}

interface PieceRun extends Pick<TaskRun, "signal" | "addDone"> {
  mode: number;
  look?: (piece: Buffer) => void;
}

async function copyPieces(from: string, to: string, { signal, addDone, mode, look }: PieceRun): Promise<void> {
  const source = await UserFile.open(from, signal);
  try {
    const target = await open(to, "wx", mode);
    try {
      const buffer = Buffer.allocUnsafe(PIECE_BYTES);
      for (let unlookedBytes = ROOM_LOOK_BYTES; ;) {
        if (unlookedBytes >= ROOM_LOOK_BYTES) {
          await requireRoom(path.dirname(to), ROOM_LOOK_BYTES);
          unlookedBytes = 0;
        }
        const bytesRead = await source.read(buffer);
        if (bytesRead === 0) break;
        const piece = buffer.subarray(0, bytesRead);
        look?.(piece);
        // FileHandle.write may write less than asked; writeFile continues where the handle stands until all is written.
        await target.writeFile(piece);
        unlookedBytes += bytesRead;
        addDone(bytesRead);
      }
      await target.sync();
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

/** Btrfs, XFS and APFS do this in no time and without room. */
async function cloned(from: string, to: string, signal: AbortSignal): Promise<boolean> {
  // It would wait for a pipe. What cannot be opened, the copy that follows says.
  if ((await abandonable(stat(from), signal).catch(() => null))?.isFile() !== true) return false;
  const cloning = copyFile(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE_FORCE).then(
    () => true,
    () => false,
  );
  try {
    return await abandonable(cloning, signal);
  } catch (error) {
    void cloning.then((isThere) => (isThere ? removeFile(to) : undefined));
    throw error;
  }
}

function isExisting(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EEXIST";
}
