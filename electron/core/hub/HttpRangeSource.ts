// Reads pieces of a file at the hub, for its GGUF header: blocks over HTTP ranges, cached.
import { fail, type Failure, type Outcome } from "../../contract/failure";
import { BodyTooLarge, BoundedBody } from "./BoundedBody";
import type { HubFileSource } from "./HubFileSource";

/** The reader of the fit process says how much it wants at once; neighbours are fetched in one request. */
const BLOCK_BYTES = 4 * 1024;
/** Why a read gave nothing; thrown, because a header reader's sources throw. */
export class RangeReadError extends Error {
  override readonly name = "RangeReadError";
  readonly failure: Failure;
  constructor(failure: Failure) {
    super(failure.code);
    this.failure = failure;
  }
}

/** Has the shape of the header reader's ByteSource. */
export class HttpRangeSource {
  readonly #source: HubFileSource;
  readonly #signal: AbortSignal;
  readonly #maxFetchedBytes: number;
  readonly #blocks = new Map<number, Uint8Array>();
  #fetchedBytes = 0;

  /** `maxFetchedBytes`: a reader that a hostile header led astray must not fetch the model. */
  constructor(source: HubFileSource, signal: AbortSignal, maxFetchedBytes: number) {
    this.#source = source;
    this.#signal = signal;
    this.#maxFetchedBytes = maxFetchedBytes;
  }

  get fetchedBytes(): number {
    return this.#fetchedBytes;
  }

  get sizeBytes(): number {
    return this.#source.sizeBytes;
  }

  /** Fewer bytes than asked for only where the file ends. Throws RangeReadError. */
  async read(offsetBytes: number, wantedBytes: number): Promise<Uint8Array> {
    const lengthBytes = Math.max(0, Math.min(wantedBytes, this.sizeBytes - offsetBytes));
    const firstBlock = Math.floor(offsetBytes / BLOCK_BYTES);
    const endBlock = Math.ceil((offsetBytes + lengthBytes) / BLOCK_BYTES);
    const loaded = await this.#load(firstBlock, endBlock);
    if (!loaded.ok) throw new RangeReadError(loaded.failure);
    const bytes = new Uint8Array(lengthBytes);
    for (let block = firstBlock; block < endBlock; block++) {
      const content = this.#blocks.get(block);
      if (!content) throw new Error("a block that was just loaded is gone");
      const start = block * BLOCK_BYTES;
      const from = Math.max(0, offsetBytes - start);
      const to = Math.min(content.length, offsetBytes + lengthBytes - start);
      bytes.set(content.subarray(from, to), start + from - offsetBytes);
    }
    return bytes;
  }

  /** Fetches the missing blocks between the two, neighbours in one request. */
  async #load(firstBlock: number, endBlock: number): Promise<Outcome<null>> {
    let block = firstBlock;
    while (block < endBlock) {
      if (this.#blocks.has(block)) {
        block++;
        continue;
      }
      let end = block + 1;
      while (end < endBlock && !this.#blocks.has(end)) end++;
      const start = block * BLOCK_BYTES;
      const stop = Math.min(end * BLOCK_BYTES, this.sizeBytes);
      if (this.#fetchedBytes + stop - start > this.#maxFetchedBytes) {
        return fail("hub-answer-too-large", { maxBytes: String(this.#maxFetchedBytes) });
      }
      this.#fetchedBytes += stop - start;
      const fetched = await this.#fetch(start, stop);
      if (!fetched.ok) return fetched;
      for (; block < end; block++) {
        this.#blocks.set(block, fetched.value.slice(block * BLOCK_BYTES - start, (block + 1) * BLOCK_BYTES - start));
      }
    }
    return { ok: true, value: null };
  }

  async #fetch(start: number, end: number): Promise<Outcome<Uint8Array>> {
    const opened = await this.#source.open(start, end, this.#signal);
    if (!opened.ok) return { ok: false, failure: opened.failure };
    // A server that ignores ranges sends the whole model: not for a header.
    if (opened.value.wholeFile) {
      opened.value.discard();
      return fail("hub-answer-invalid", undefined, "the server ignores ranges");
    }
    const body = new BoundedBody(end - start);
    try {
      await opened.value.readBody(body);
    } catch (error) {
      opened.value.discard();
      return fail(
        this.#signal.aborted
          ? "request-cancelled"
          : error instanceof BodyTooLarge
            ? "hub-answer-invalid"
            : "hub-offline",
        undefined,
        error,
      );
    }
    const { bytes } = body;
    return bytes.length === end - start
      ? { ok: true, value: bytes }
      : fail("hub-offline", undefined, `${bytes.length} of ${end - start} bytes`);
  }
}
