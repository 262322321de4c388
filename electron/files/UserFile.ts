// A file that the user, a model or another program names, open for reading. Only regular files are opened: a pipe would wait for a writer,
// and hold one of the four threads that Node has for all files. A disk that does not answer holds one too, but nobody has to wait for it.
// Any process.
import { constants } from "node:fs";
import { open, stat, type FileHandle } from "node:fs/promises";
import { abandonable } from "./abandonable";

/** For what took the file's place after it was looked at. Windows has no such flag. */
const FLAGS = constants.O_RDONLY | (process.platform === "win32" ? 0 : constants.O_NONBLOCK);

/** A folder, a pipe, a device. It looks like an error of the file system's own, so it means the same to who handles those. */
export class NotARegularFileError extends Error {
  override readonly name = "NotARegularFileError";
  readonly code = "EINVAL";
  readonly syscall = "read";
  readonly path: string;

  constructor(path: string) {
    super("not a regular file");
    this.path = path;
  }
}

export class UserFile {
  /** When it was opened. */
  readonly sizeBytes: number;
  readonly #file: FileHandle;
  readonly #signal: AbortSignal | undefined;

  private constructor(file: FileHandle, sizeBytes: number, signal: AbortSignal | undefined) {
    this.#file = file;
    this.sizeBytes = sizeBytes;
    this.#signal = signal;
  }

  /** Throws the file system's errors, NotARegularFileError, and, here and in each read, the signal's reason once it is aborted. */
  static async open(path: string, signal?: AbortSignal): Promise<UserFile> {
    const opening = openRegular(path);
    try {
      const { file, sizeBytes } = await abandonable(opening, signal);
      return new UserFile(file, sizeBytes, signal);
    } catch (error) {
      void opening.then(({ file }) => file.close()).catch(() => undefined);
      throw error;
    }
  }

  /** Goes on where the last read ended, or begins at `position`. Returns the number of bytes, 0 at the end. */
  async read(into: Uint8Array, position: number | null = null): Promise<number> {
    return (await abandonable(this.#file.read(into, 0, into.length, position), this.#signal)).bytesRead;
  }

  /** From `position`; fewer bytes than asked for mean that the file ended. */
  async readAt(position: number, lengthBytes: number): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = new Uint8Array(lengthBytes);
    let filled = 0;
    while (filled < lengthBytes) {
      const count = await this.read(bytes.subarray(filled), position + filled);
      if (count === 0) break;
      filled += count;
    }
    return bytes.subarray(0, filled);
  }

  readAll(): Promise<Buffer> {
    return abandonable(this.#file.readFile(), this.#signal);
  }

  async close(): Promise<void> {
    const closing = this.#file.close();
    // A read that was abandoned may hold the file for ever.
    if (this.#signal?.aborted === true) void closing.catch(() => undefined);
    else await closing;
  }
}

async function openRegular(path: string): Promise<{ file: FileHandle; sizeBytes: number }> {
  // Some devices do something when they are opened, so not even that.
  if (!(await stat(path)).isFile()) throw new NotARegularFileError(path);
  const file = await open(path, FLAGS);
  try {
    const facts = await file.stat();
    if (!facts.isFile()) throw new NotARegularFileError(path);
    return { file, sizeBytes: facts.size };
  } catch (error) {
    await file.close();
    throw error;
  }
}
