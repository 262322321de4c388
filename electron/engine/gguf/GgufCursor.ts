// Reads the values that a GGUF header is made of, one after the other, and believes no length before it was checked. Engine and fit process.
import { failure, type Failure } from "../../contract/failure";
import type { ByteSource } from "./ByteSource";
import {
  MAX_HEADER_BYTES,
  MAX_KEPT_BYTES,
  MAX_KEPT_STRING_BYTES,
  MAX_READ_TIME_MS,
  MAX_STRING_BYTES,
  MAX_VOCABULARY_BYTES,
} from "./ggufLimits";

const MAX_READ_AHEAD_BYTES = 1024 * 1024;

// The format's numbers of the types of values.
export const ARRAY_TYPE = 9;
export const STRING_TYPE = 8;
export const INT32_TYPE = 5;
/** Size of the other value types of the format, in bytes. */
export const scalarSizes: ReadonlyMap<number, number> = new Map([
  [0, 1],
  [1, 1],
  [2, 2],
  [3, 2],
  [4, 4],
  [5, 4],
  [6, 4],
  [7, 1],
  [10, 8],
  [11, 8],
  [12, 8],
]);

export type MetadataScalar = number | bigint | boolean | string;

export class BadHeader extends Error {
  readonly failure: Failure;
  constructor(why: Failure) {
    super(why.code);
    this.failure = why;
  }
}

export function damaged(check: string, what: string): BadHeader {
  return new BadHeader(failure("model-damaged", { check }, `${check}: ${what}`));
}

export function truncated(neededBytes: number, fileBytes: number): BadHeader {
  return new BadHeader(failure("model-truncated", { neededBytes: String(neededBytes), fileBytes: String(fileBytes) }));
}

export interface CursorOptions {
  /** Asked of the source at first; then twice as much each time, up to 1 MiB. */
  readAheadBytes?: number;
  maxBytes?: number;
  maxTimeMs?: number;
  /** What it means that the header goes on behind `maxBytes`. */
  tooLong?: (at: string) => BadHeader;
}

/** Reads forward through a source with one buffer; every length is checked before it is used. */
export class GgufCursor {
  position = 0;
  readonly #source: ByteSource;
  readonly #maxBytes: number;
  readonly #deadlineMs: number;
  readonly #tooLong: (at: string) => BadHeader;
  #readAheadBytes: number;
  #buffer = new Uint8Array(0);
  #view = new DataView(this.#buffer.buffer);
  #bufferStart = 0;
  #keptBytes = 0;

  constructor(
    source: ByteSource,
    {
      readAheadBytes = MAX_READ_AHEAD_BYTES,
      maxBytes = MAX_HEADER_BYTES,
      maxTimeMs = MAX_READ_TIME_MS,
      tooLong = (at) => damaged(at, "the header is longer than any real one"),
    }: CursorOptions = {},
  ) {
    this.#source = source;
    this.#readAheadBytes = readAheadBytes;
    this.#maxBytes = maxBytes;
    this.#deadlineMs = performance.now() + maxTimeMs;
    this.#tooLong = tooLong;
  }

  get sizeBytes(): number {
    return this.#source.sizeBytes;
  }

  /** Whether the file begins with these bytes, which are ASCII; moves past them. */
  async startsWith(magic: string): Promise<boolean> {
    if (this.sizeBytes < magic.length) return false;
    const start = await this.#take(magic.length, "magic");
    return String.fromCharCode(...this.#buffer.subarray(start, start + magic.length)) === magic;
  }

  async uint32(at: string): Promise<number> {
    const start = await this.#take(4, at);
    return this.#view.getUint32(start, true);
  }

  async uint64(at: string): Promise<bigint> {
    const start = await this.#take(8, at);
    return this.#view.getBigUint64(start, true);
  }

  /** A count or length, at most `limit`. What it counts takes a byte each at least, so it must fit in the file. */
  async count(at: string, limit: number): Promise<number> {
    const value = await this.uint64(at);
    if (value > BigInt(limit)) throw damaged(at, `${value} is over the limit of ${limit}`);
    const count = Number(value);
    if (this.position + count > this.sizeBytes) throw truncated(this.position + count, this.sizeBytes);
    return count;
  }

  async scalar(type: number, at: string): Promise<MetadataScalar> {
    if (type === STRING_TYPE) {
      const text = await this.text(at);
      return typeof text === "string" ? text : "";
    }
    const size = scalarSizes.get(type);
    if (size === undefined) throw damaged(at, `unknown value type ${type}`);
    const start = await this.#take(size, at);
    const view = this.#view;
    switch (type) {
      case 0:
        return view.getUint8(start);
      case 1:
        return view.getInt8(start);
      case 2:
        return view.getUint16(start, true);
      case 3:
        return view.getInt16(start, true);
      case 4:
        return view.getUint32(start, true);
      case 5:
        return view.getInt32(start, true);
      case 6:
        return view.getFloat32(start, true);
      case 7: {
        const value = view.getUint8(start);
        if (value > 1) throw damaged(at, "a boolean that is neither 0 nor 1");
        return value === 1;
      }
      case 10:
        return view.getBigUint64(start, true);
      case 11:
        return view.getBigInt64(start, true);
      default:
        return view.getFloat64(start, true);
    }
  }

  /** A key or tensor name: short, and valid UTF-8 without control characters. */
  async name(at: string, limitBytes: number): Promise<string> {
    const length = await this.count(at, limitBytes);
    const start = await this.#take(length, at);
    const bytes = this.#buffer.subarray(start, start + length);
    if (bytes.some((byte) => byte < 0x20 || byte === 0x7f)) throw damaged(at, "control character in a name");
    try {
      return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    } catch {
      throw damaged(at, "a name that is not UTF-8");
    }
  }

  /** The string, or its length in bytes when it is too long to keep. */
  async text(at: string): Promise<string | number> {
    const length = await this.count(at, MAX_STRING_BYTES);
    if (length > MAX_KEPT_STRING_BYTES || this.#keptBytes + length > MAX_KEPT_BYTES) {
      this.skip(length, at);
      return length;
    }
    this.#keptBytes += length;
    const start = await this.#take(length, at);
    return new TextDecoder().decode(this.#buffer.subarray(start, start + length));
  }

  /** The bytes of a string, one character each. */
  async latin1(at: string): Promise<string> {
    const length = await this.count(at, MAX_VOCABULARY_BYTES);
    const start = await this.#take(length, at);
    return Buffer.from(this.#buffer.buffer, this.#buffer.byteOffset + start, length).toString("latin1");
  }

  /** The same without a promise where all of it is in the buffer; undefined where it is not. */
  bufferedLatin1(): string | undefined {
    const start = this.position - this.#bufferStart;
    if (start < 0 || start + 8 > this.#buffer.length || this.#view.getUint32(start + 4, true) !== 0) return undefined;
    const end = start + 8 + this.#view.getUint32(start, true);
    if (end > this.#buffer.length) return undefined;
    this.position = this.#bufferStart + end;
    return Buffer.from(this.#buffer.buffer, this.#buffer.byteOffset + start + 8, end - start - 8).toString("latin1");
  }

  bufferedInt32(): number | undefined {
    const start = this.position - this.#bufferStart;
    if (start < 0 || start + 4 > this.#buffer.length) return undefined;
    this.position += 4;
    return this.#view.getInt32(start, true);
  }

  skip(lengthBytes: number, at: string): void {
    this.#checkLimits(lengthBytes, at);
    this.position += lengthBytes;
  }

  /** Skips one string; a promise only where more must be read, because vocabularies have 256 Ki of them. */
  skipString(at: string): Promise<void> | undefined {
    const start = this.position - this.#bufferStart;
    if (start >= 0 && start + 8 <= this.#buffer.length && this.#view.getUint32(start + 4, true) === 0) {
      const length = this.#view.getUint32(start, true);
      if (start + 8 + length <= this.#buffer.length) {
        this.position += 8 + length;
        return undefined;
      }
    }
    return this.#skipStringSlowly(at);
  }

  async #skipStringSlowly(at: string): Promise<void> {
    this.skip(await this.count(at, MAX_STRING_BYTES), at);
  }

  /** Makes lengthBytes available, moves past them, and returns where they begin in the buffer. */
  async #take(lengthBytes: number, at: string): Promise<number> {
    this.#checkLimits(lengthBytes, at);
    const start = this.position - this.#bufferStart;
    if (start < 0 || start + lengthBytes > this.#buffer.length) {
      await this.#fill(lengthBytes);
      this.position += lengthBytes;
      return 0;
    }
    this.position += lengthBytes;
    return start;
  }

  #checkLimits(lengthBytes: number, at: string): void {
    const end = this.position + lengthBytes;
    if (end > this.sizeBytes) throw truncated(end, this.sizeBytes);
    if (end > this.#maxBytes) throw this.#tooLong(at);
  }

  async #fill(lengthBytes: number): Promise<void> {
    // The disk or the machine is slow, for now: nothing is wrong with the file.
    if (performance.now() > this.#deadlineMs)
      throw new BadHeader(failure("model-unreadable", { reason: "read-takes-too-long" }));
    const endBytes = Math.min(this.sizeBytes, this.#maxBytes);
    const wanted = Math.min(Math.max(lengthBytes, this.#readAheadBytes), endBytes - this.position);
    this.#readAheadBytes = Math.min(this.#readAheadBytes * 2, MAX_READ_AHEAD_BYTES);
    const bytes = await this.#source.read(this.position, wanted);
    // The file shrank, or the source lied about its size.
    if (bytes.length < lengthBytes) throw truncated(this.position + lengthBytes, this.position + bytes.length);
    this.#buffer = new Uint8Array(bytes);
    this.#view = new DataView(this.#buffer.buffer, this.#buffer.byteOffset, this.#buffer.byteLength);
    this.#bufferStart = this.position;
  }
}
