// A file that is being downloaded: its bytes (.part) and which of them are there (.chunks), so that it can go on after any end.
import { constants } from "node:fs";
import { open, readFile, stat, type FileHandle } from "node:fs/promises";
import { uptime } from "node:os";
import path from "node:path";
import { removeFile } from "../../files/placeFile";
import { ChunkMap, chunkCount, MISSING, SYNCED, WRITTEN } from "./ChunkMap";

/** How much a death of the app costs at most, per connection. One request covers many chunks. */
export const CHUNK_BYTES = 1024 * 1024;
/** Of earlier versions: their marks are understood. */
const FORMER_CHUNK_BYTES = 8 * 1024 * 1024;

/**
 * The order makes it safe: bytes are written, then the chunk's mark. A mark is one byte, so it is never
 * half there. After a loss of power marks may be there whose bytes are not, so then only those count
 * that were made after a sync.
 */
export class PartFile {
  readonly chunks: ChunkMap;
  readonly #data: FileHandle;
  readonly #marks: FileHandle;
  readonly #waiters = new Set<() => void>();

  private constructor(data: FileHandle, marks: FileHandle, chunks: ChunkMap) {
    this.#data = data;
    this.#marks = marks;
    this.chunks = chunks;
  }

  static paths(folder: string, index: number): { data: string; marks: string } {
    return { data: path.join(folder, `${index}.part`), marks: path.join(folder, `${index}.chunks`) };
  }

  /** Opens what is there, or starts over when the two do not belong together. */
  static async open(folder: string, index: number, sizeBytes: number, chunkBytes = CHUNK_BYTES): Promise<PartFile> {
    const { data: dataPath, marks: marksPath } = PartFile.paths(folder, index);
    const data = await openOrCreate(dataPath);
    let marks: FileHandle | null = null;
    try {
      marks = await openOrCreate(marksPath);
      const states = await readStates(data, marks, sizeBytes, chunkBytes);
      // Marks first: were the data's length set first and the app died, old marks could seem to belong to it.
      await marks.truncate(states.length);
      await writeAll(marks, states, 0);
      await data.truncate(sizeBytes);
      return new PartFile(data, marks, new ChunkMap(sizeBytes, chunkBytes, states));
    } catch (error) {
      await Promise.allSettled([data.close(), marks?.close()]);
      throw error;
    }
  }

  async write(bytes: Uint8Array, positionBytes: number): Promise<void> {
    await writeAll(this.#data, bytes, positionBytes);
  }

  /** All bytes of the chunk were written. */
  async markWritten(chunk: number): Promise<void> {
    await writeAll(this.#marks, Uint8Array.of(WRITTEN), chunk);
    this.chunks.markWritten(chunk);
    for (const wake of this.#waiters) wake();
  }

  /** Brings everything that was written so far to the disk itself. */
  async sync(): Promise<void> {
    const { states } = this.chunks;
    const written = [...states.keys()].filter((chunk) => states[chunk] === WRITTEN);
    if (written.length === 0) return;
    await this.#data.datasync();
    for (const chunk of written) states[chunk] = SYNCED;
    // Only those: writing the whole map would race with marks that are being set.
    for (const { first, length } of runsOf(written))
      await writeAll(this.#marks, new Uint8Array(length).fill(SYNCED), first);
    await this.#marks.datasync();
  }

  async read(into: Uint8Array, positionBytes: number): Promise<number> {
    return (await this.#data.read(into, 0, into.length, positionBytes)).bytesRead;
  }

  /** Settles when a chunk was marked, or the signal is aborted. */
  changed(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const finish = (): void => {
        this.#waiters.delete(finish);
        signal.removeEventListener("abort", finish);
        resolve();
      };
      if (signal.aborted) return resolve();
      this.#waiters.add(finish);
      signal.addEventListener("abort", finish, { once: true });
    });
  }

  async close(): Promise<void> {
    await Promise.all([this.#data.close(), this.#marks.close()]);
  }

  /** What an unopened part file holds; 0 when there is none. */
  static async receivedBytes(
    folder: string,
    index: number,
    sizeBytes: number,
    chunkBytes = CHUNK_BYTES,
  ): Promise<number> {
    const { data, marks } = PartFile.paths(folder, index);
    try {
      if ((await stat(data)).size !== sizeBytes) return 0;
      const states = inChunksOf(chunkBytes, sizeBytes, await readFile(marks));
      if (states === null) return 0;
      return sizeBytes - new ChunkMap(sizeBytes, chunkBytes, states).missingBytes;
    } catch {
      // Not begun, or not to be read: then it starts over, and says why if it cannot.
      return 0;
    }
  }

  static async remove(folder: string, index: number): Promise<void> {
    const { data, marks } = PartFile.paths(folder, index);
    // The marks first: data without marks is nothing, marks without data might seem to be something.
    await removeFile(marks);
    await removeFile(data);
  }
}

function runsOf(chunks: readonly number[]): { first: number; length: number }[] {
  const runs: { first: number; length: number }[] = [];
  for (const chunk of chunks) {
    const last = runs.at(-1);
    if (last !== undefined && last.first + last.length === chunk) last.length++;
    else runs.push({ first: chunk, length: 1 });
  }
  return runs;
}

function openOrCreate(file: string): Promise<FileHandle> {
  return open(file, constants.O_RDWR | constants.O_CREAT, 0o600);
}

async function readStates(
  data: FileHandle,
  marks: FileHandle,
  sizeBytes: number,
  chunkBytes: number,
): Promise<Uint8Array> {
  const states = new Uint8Array(chunkCount(sizeBytes, chunkBytes));
  const marksStat = await marks.stat();
  if ((await data.stat()).size !== sizeBytes) return states;
  const read = new Uint8Array(marksStat.size);
  if (read.length <= states.length) await marks.read(read, 0, read.length, 0);
  const found = inChunksOf(chunkBytes, sizeBytes, read);
  if (found === null) return states;
  states.set(found);
  const startedAnew = Date.now() - uptime() * 1000 > marksStat.mtimeMs;
  for (const [chunk, state] of states.entries()) {
    if (state !== SYNCED && (state !== WRITTEN || startedAnew)) states[chunk] = MISSING;
  }
  return states;
}

/** The marks of a file, also of one that was begun with larger chunks; null for those of another file. */
function inChunksOf(chunkBytes: number, sizeBytes: number, marks: Uint8Array): Uint8Array | null {
  const count = chunkCount(sizeBytes, chunkBytes);
  if (marks.length === count) return marks;
  if (marks.length !== chunkCount(sizeBytes, FORMER_CHUNK_BYTES) || FORMER_CHUNK_BYTES % chunkBytes !== 0) return null;
  const perFormer = FORMER_CHUNK_BYTES / chunkBytes;
  return Uint8Array.from({ length: count }, (_, chunk) => marks[Math.floor(chunk / perFormer)] ?? MISSING);
}

async function writeAll(handle: FileHandle, bytes: Uint8Array, positionBytes: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    done += (await handle.write(bytes, done, bytes.length - done, positionBytes + done)).bytesWritten;
  }
}
