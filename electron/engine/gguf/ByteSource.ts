// Where the bytes of a GGUF file come from: a file, or range requests. Engine and fit process.
import { open, type FileHandle } from "node:fs/promises";
import { fail, succeed, type Outcome } from "../../contract/failure";

export interface ByteSource {
  readonly sizeBytes: number;
  /** Fewer bytes than asked for means that the source ended early. */
  read(offset: number, lengthBytes: number): Promise<Uint8Array>;
}

/** A file, opened once, so that every read sees the same one. */
export class FileByteSource implements ByteSource {
  readonly sizeBytes: number;
  readonly #file: FileHandle;

  private constructor(file: FileHandle, sizeBytes: number) {
    this.#file = file;
    this.sizeBytes = sizeBytes;
  }

  static async open(path: string): Promise<Outcome<FileByteSource>> {
    let file: FileHandle | undefined;
    try {
      file = await open(path, "r");
      const facts = await file.stat();
      if (!facts.isFile()) {
        await file.close();
        return fail("model-unreadable", {}, "not a regular file");
      }
      return succeed(new FileByteSource(file, facts.size));
    } catch (error) {
      await file?.close();
      return fail(isMissing(error) ? "model-missing" : "model-unreadable", {}, error);
    }
  }

  async read(offset: number, lengthBytes: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(lengthBytes);
    let filled = 0;
    while (filled < lengthBytes) {
      const { bytesRead } = await this.#file.read(bytes, filled, lengthBytes - filled, offset + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return bytes.subarray(0, filled);
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

function isMissing(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return code === "ENOENT" || code === "ENOTDIR";
}
