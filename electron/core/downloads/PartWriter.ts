// Gathers what a connection reads to large writes into the part file, without a copy; marks each chunk when its last byte is written.
import type { BodySink } from "../hub/http";
import type { PartFile } from "./PartFile";

/** One call into the system for many reads of the network: with 256 KiB a download took a tenth more processor time, with 1 MiB as much. */
const BUFFER_BYTES = 512 * 1024;

/** Two: one is read into while the other is being written. */
export type WriteBuffers = readonly [Uint8Array, Uint8Array];

export function newWriteBuffers(): WriteBuffers {
  return [new Uint8Array(BUFFER_BYTES), new Uint8Array(BUFFER_BYTES)];
}

/** Tells an error of the disk from one of the connection, both of which come out of reading a body. */
export class WriteError extends Error {
  override readonly name = "WriteError";
}

export interface PartWriterOptions {
  part: PartFile;
  /** Free again once `flush` has settled. */
  buffers: WriteBuffers;
  start: number;
  end: number;
  /** Bytes up to here came. */
  onReceived(bytes: number, positionBytes: number): void;
  /** Bytes up to here are written. */
  onWritten(positionBytes: number): void;
}

export class PartWriter implements BodySink {
  readonly #options: PartWriterOptions;
  #current: 0 | 1 = 0;
  /** Of the first byte in the current buffer. */
  #position: number;
  #gathered = 0;
  #writing: Promise<void> = Promise.resolve();
  #writesInProgress = 0;
  #error: WriteError | null = null;

  constructor(options: PartWriterOptions) {
    this.#options = options;
    this.#position = options.start;
  }

  room(): Uint8Array {
    if (this.#position + this.#gathered === this.#options.end) throw new Error("more bytes than asked for");
    return this.#options.buffers[this.#current].subarray(this.#gathered, this.#limit());
  }

  took(lengthBytes: number): Promise<void> | void {
    this.#gathered += lengthBytes;
    this.#options.onReceived(lengthBytes, this.#position + this.#gathered);
    if (this.#gathered < this.#limit()) return;
    return this.#write()?.then(() => this.#throwWhatFailed());
  }

  /** Settles when everything that was taken is written. Throws WriteError. */
  async flush(): Promise<void> {
    void this.#write();
    await this.#writing;
    this.#throwWhatFailed();
  }

  /** Of the current buffer: a whole chunk never waits to be written. */
  #limit(): number {
    const { part, end } = this.#options;
    const { chunkBytes } = part.chunks;
    return Math.min(BUFFER_BYTES, chunkBytes - (this.#position % chunkBytes), end - this.#position);
  }

  /** Writes the current buffer and turns to the other one; a promise when that is still being written. */
  #write(): Promise<void> | undefined {
    this.#throwWhatFailed();
    const bytes = this.#options.buffers[this.#current].subarray(0, this.#gathered);
    if (bytes.length === 0) return undefined;
    const position = this.#position;
    const before = this.#writing;
    this.#writing = before.then(() => this.#writeNow(bytes, position));
    this.#position += bytes.length;
    this.#gathered = 0;
    this.#current = this.#current === 0 ? 1 : 0;
    this.#writesInProgress++;
    return this.#writesInProgress === 1 ? undefined : before;
  }

  #throwWhatFailed(): void {
    if (this.#error) throw this.#error;
  }

  /** Never rejects: what failed is thrown where the next bytes come, or at the end. */
  async #writeNow(bytes: Uint8Array, position: number): Promise<void> {
    const { part, onWritten } = this.#options;
    const { chunkBytes, sizeBytes } = part.chunks;
    const end = position + bytes.length;
    try {
      if (this.#error) return;
      await part.write(bytes, position);
      if (end % chunkBytes === 0 || end === sizeBytes) await part.markWritten(Math.floor(position / chunkBytes));
      onWritten(end);
    } catch (error) {
      this.#error = new WriteError("the disk did not take it", { cause: error });
    } finally {
      this.#writesInProgress--;
    }
  }
}
