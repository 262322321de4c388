// Where the bytes of a GGUF file come from: a file, or range requests. Engine and fit process.
import { fail, succeed, type Outcome } from "../../contract/failure";
import { UserFile } from "../../files/UserFile";

export interface ByteSource {
  readonly sizeBytes: number;
  /** Fewer bytes than asked for means that the source ended early. */
  read(offset: number, lengthBytes: number): Promise<Uint8Array>;
}

/** A file, opened once, so that every read sees the same one. */
export class FileByteSource implements ByteSource {
  readonly #file: UserFile;

  private constructor(file: UserFile) {
    this.#file = file;
  }

  get sizeBytes(): number {
    return this.#file.sizeBytes;
  }

  static async open(path: string): Promise<Outcome<FileByteSource>> {
    try {
      return succeed(new FileByteSource(await UserFile.open(path)));
    } catch (error) {
      return fail(isMissing(error) ? "model-missing" : "model-unreadable", {}, error);
    }
  }

  read(offset: number, lengthBytes: number): Promise<Uint8Array> {
    return this.#file.readAt(offset, lengthBytes);
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

function isMissing(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return code === "ENOENT" || code === "ENOTDIR";
}
