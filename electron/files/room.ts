// How much room a disk has, and what is left free on it: the system and the chats need room too. Plain Node.
import { statfs } from "node:fs/promises";

/** Left free by all that Facet writes. */
export const RESERVE_BYTES = 512 * 1024 * 1024;

/** What an ordinary user may still write in the folder's file system. */
export async function freeBytesIn(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/** Throws NoRoomError when the reserve would not be left after this many bytes more, and the file system's errors. */
export async function requireRoom(folder: string, neededBytes: number): Promise<void> {
  const availableBytes = await freeBytesIn(folder);
  if (availableBytes < neededBytes + RESERVE_BYTES) throw new NoRoomError(neededBytes + RESERVE_BYTES, availableBytes);
}

/** Looks to everyone like the error of a full disk, before it is full. */
export class NoRoomError extends Error {
  override readonly name = "NoRoomError";
  readonly code = "ENOSPC";
  readonly syscall = "write";
  readonly neededBytes: number;
  readonly availableBytes: number;

  constructor(neededBytes: number, availableBytes: number) {
    super(`${neededBytes} bytes are needed, ${availableBytes} are free`);
    this.neededBytes = Math.ceil(neededBytes);
    this.availableBytes = availableBytes;
  }

  /** How much must be made free. */
  get missingBytes(): number {
    return this.neededBytes - this.availableBytes;
  }
}
