// Reads and checks the header of a GGUF file before native code sees it, trusting nothing in it. Engine process.
//
// Format: ggml/include/gguf.h of llama.cpp. Where llama.cpp is lax this is strict: what real models have passes.
import { fail, succeed, type Failure, type FailureCode, type Outcome } from "../../contract/failure";
import type { ByteSource } from "./ByteSource";
import { ggmlTypes } from "./ggmlTypes";

// Limits. Each closes uncontrolled resource use (CWE-770) by a hostile count or length.
/** The largest real headers (vocabularies of 256 Ki tokens with merges) are below 32 MiB. */
export const MAX_HEADER_BYTES = 256 * 1024 * 1024;
/** Real models have fewer than 100. */
export const MAX_METADATA_ENTRIES = 10_000;
/** The format allows 65,535; the longest real ones are below 100. */
export const MAX_KEY_BYTES = 1024;
/** Some files carry their whole tokenizer as one string of about 20 MB. */
export const MAX_STRING_BYTES = 64 * 1024 * 1024;
/** Longer strings are walked over, not kept: nothing that we use is longer. */
export const MAX_KEPT_STRING_BYTES = 1024 * 1024;
/** Merges of the largest vocabularies are about 500,000; normalization tables of bytes are about a million. */
export const MAX_ARRAY_LENGTH = 4_000_000;
/** The largest real vocabularies have 262,144 tokens, of 3 MB. */
export const MAX_VOCABULARY_TOKENS = 524_288;
export const MAX_VOCABULARY_BYTES = 32 * 1024 * 1024;
/** All kept strings together. */
export const MAX_KEPT_BYTES = 16 * 1024 * 1024;
/** Longer arrays are walked over, not kept. */
export const MAX_KEPT_ARRAY_LENGTH = 256;
/** Real models have fewer than 5,000; reading so many takes a third of a second. */
export const MAX_TENSORS = 20_000;
/** Forks' own types are below; larger numbers are no types. */
export const MAX_TYPE_NUMBER = 4095;
/** GGML_MAX_DIMS. */
export const MAX_DIMENSIONS = 4;
/** GGML_MAX_NAME, less its final zero. */
export const MAX_TENSOR_NAME_BYTES = 63;
/** The default is 32; page-sized and larger alignments exist up to here. */
export const MAX_ALIGNMENT_BYTES = 64 * 1024;
/** Reading the largest real header takes well below one second. */
export const MAX_READ_TIME_MS = 20_000;

const DEFAULT_ALIGNMENT_BYTES = 32;
const READ_AHEAD_BYTES = 1024 * 1024;
const MAX_TENSOR_WEIGHTS = 2n ** 53n;

export type MetadataScalar = number | bigint | boolean | string;
/** values is null for an array or string too long to keep. */
export type MetadataValue =
  /** type: the format's number for it. llama.cpp aborts when a key has another type than it expects. */
  | { kind: "scalar"; type: number; value: MetadataScalar }
  | { kind: "long-string"; lengthBytes: number }
  | { kind: "array"; elementType: number; length: number; values: MetadataScalar[] | null };

/** As it is in the file, kept on request alone (ReadOptions). */
export interface Vocabulary {
  /** Bytes as Latin-1: what llama.cpp compares, whether they are text or not. */
  tokens: readonly string[];
  /** LLAMA_TOKEN_TYPE_…; null when the file has no list of them. */
  types: Int32Array | null;
}

export interface ReadOptions {
  /** Takes up to 100 MB and a tenth of a second for the largest vocabularies. */
  withVocabulary?: boolean;
}

export interface TensorInfo {
  name: string;
  dimensions: number[];
  typeName: string;
  /** From the start of the tensor data. */
  offsetBytes: number;
  sizeBytes: number;
}

export interface GgufHeader {
  version: number;
  metadata: ReadonlyMap<string, MetadataValue>;
  tensors: TensorInfo[];
  /** Where the tensor data begins in the file. */
  dataOffsetBytes: number;
  /** Sum over all tensors. */
  weightsBytes: number;
  /** null where it was not asked for, or where the file has none. */
  vocabulary: Vocabulary | null;
}

/**
 * Failures: model-not-gguf, model-truncated, model-damaged, model-needs-other-build (details.type), model-unreadable (the source's own
 * error).
 */
export async function readGgufHeader(
  source: ByteSource,
  { withVocabulary = false }: ReadOptions = {},
): Promise<Outcome<GgufHeader>> {
  try {
    return succeed(await read(new Cursor(source), withVocabulary ? new VocabularyReader() : null));
  } catch (error) {
    if (error instanceof BadHeader) return { ok: false, failure: error.failure };
    return fail("model-unreadable", {}, error);
  }
}

/** Text of a metadata key, undefined when it is absent or of another type. */
export function metadataText(header: GgufHeader, key: string): string | undefined {
  const entry = header.metadata.get(key);
  return entry?.kind === "scalar" && typeof entry.value === "string" ? entry.value : undefined;
}

/** Number of a metadata key, undefined when it is absent, not a finite number, or of another type. */
export function metadataNumber(header: GgufHeader, key: string): number | undefined {
  const entry = header.metadata.get(key);
  if (entry?.kind !== "scalar") return undefined;
  if (typeof entry.value === "bigint") return Number(entry.value);
  return typeof entry.value === "number" && Number.isFinite(entry.value) ? entry.value : undefined;
}

async function read(cursor: Cursor, reader: VocabularyReader | null): Promise<GgufHeader> {
  const magic = await cursor.upTo(4);
  if (magic.length < 4 || String.fromCharCode(...magic) !== "GGUF") throw new BadHeader("model-not-gguf", {});
  const version = await readVersion(cursor);
  const tensorCount = await cursor.count("tensor count", MAX_TENSORS);
  const entryCount = await cursor.count("metadata count", MAX_METADATA_ENTRIES);

  const metadata = await readMetadata(cursor, entryCount, reader);
  const alignment = readAlignment(metadata);
  const tensors = await readTensors(cursor, tensorCount, alignment);
  const dataOffsetBytes = Math.ceil(cursor.position / alignment) * alignment;
  checkTensorData(tensors, alignment, dataOffsetBytes, cursor.sizeBytes);
  const weightsBytes = tensors.reduce((sum, tensor) => sum + tensor.sizeBytes, 0);
  return { version, metadata, tensors, dataOffsetBytes, weightsBytes, vocabulary: reader?.vocabulary ?? null };
}

async function readVersion(cursor: Cursor): Promise<number> {
  const version = await cursor.uint32("version");
  if ((version & 0xffff) === 0 && version !== 0) throw damaged("byte order", "the file is big-endian");
  if (version !== 2 && version !== 3) throw damaged("version", `version ${version}, known are 2 and 3`);
  return version;
}

async function readMetadata(
  cursor: Cursor,
  entryCount: number,
  reader: VocabularyReader | null,
): Promise<Map<string, MetadataValue>> {
  const metadata = new Map<string, MetadataValue>();
  for (let index = 0; index < entryCount; index++) {
    const at = `metadata entry ${index}`;
    const key = await cursor.name(at, MAX_KEY_BYTES);
    if (key === "") throw damaged(at, "empty key");
    // Readers after us nest keys into ordinary objects; such a key would reach their prototype.
    if (key.split(".").some((part) => part === "__proto__" || part === "constructor" || part === "prototype"))
      throw damaged(at, "forbidden key");
    if (metadata.has(key)) throw damaged(at, "duplicate key");
    metadata.set(key, (await reader?.read(cursor, key, at)) ?? (await readValue(cursor, at)));
  }
  return metadata;
}

const ARRAY_TYPE = 9;
const STRING_TYPE = 8;
const INT32_TYPE = 5;
/** Size of the other value types of the format, in bytes. */
const scalarSizes: ReadonlyMap<number, number> = new Map([
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

async function readValue(cursor: Cursor, at: string): Promise<MetadataValue> {
  const type = await cursor.uint32(at);
  if (type === STRING_TYPE) {
    const text = await cursor.text(at);
    return typeof text === "string"
      ? { kind: "scalar", type, value: text }
      : { kind: "long-string", lengthBytes: text };
  }
  if (type !== ARRAY_TYPE) return { kind: "scalar", type, value: await cursor.scalar(type, at) };

  const elementType = await cursor.uint32(at);
  const length = await cursor.count(at, MAX_ARRAY_LENGTH);
  if (elementType !== STRING_TYPE) {
    const elementBytes = scalarSizes.get(elementType);
    // Arrays of arrays are in the format, but no reader of llama.cpp takes them.
    if (elementBytes === undefined) throw damaged(at, `array of unknown type ${elementType}`);
    if (length > MAX_KEPT_ARRAY_LENGTH) {
      cursor.skip(length * elementBytes, at);
      return { kind: "array", elementType, length, values: null };
    }
  }
  const values: MetadataScalar[] | null = length > MAX_KEPT_ARRAY_LENGTH ? null : [];
  for (let index = 0; index < length; index++) {
    if (elementType !== STRING_TYPE) {
      values?.push(await cursor.scalar(elementType, at));
    } else if (values === null) {
      const skipping = cursor.skipString(at);
      if (skipping !== undefined) await skipping;
    } else {
      const text = await cursor.text(at);
      values.push(typeof text === "string" ? text : "");
    }
  }
  return { kind: "array", elementType, length, values };
}

/** Reads and keeps the two lists of a vocabulary that the other readers walk over. */
class VocabularyReader {
  #tokens: string[] | null = null;
  #types: Int32Array | null = null;

  get vocabulary(): Vocabulary | null {
    return this.#tokens === null ? null : { tokens: this.#tokens, types: this.#types };
  }

  /** undefined: nothing was read, the value is another's. */
  async read(cursor: Cursor, key: string, at: string): Promise<MetadataValue | undefined> {
    if (key !== "tokenizer.ggml.tokens" && key !== "tokenizer.ggml.token_type") return undefined;
    const start = cursor.position;
    const isArray = (await cursor.uint32(at)) === ARRAY_TYPE;
    const elementType = isArray ? await cursor.uint32(at) : null;
    if (elementType !== (key === "tokenizer.ggml.tokens" ? STRING_TYPE : INT32_TYPE)) {
      cursor.position = start;
      return undefined;
    }
    const length = await cursor.count(at, MAX_VOCABULARY_TOKENS);
    if (elementType === INT32_TYPE) {
      this.#types = new Int32Array(length);
      for (let index = 0; index < length; index++)
        this.#types[index] = cursor.bufferedInt32() ?? Number(await cursor.scalar(INT32_TYPE, at));
    } else {
      this.#tokens = [];
      let keptBytes = 0;
      for (let index = 0; index < length; index++) {
        const token = cursor.bufferedLatin1() ?? (await cursor.latin1(at));
        keptBytes += token.length;
        if (keptBytes > MAX_VOCABULARY_BYTES)
          throw damaged(at, `a vocabulary of more than ${MAX_VOCABULARY_BYTES} bytes`);
        this.#tokens.push(token);
      }
    }
    return { kind: "array", elementType, length, values: null };
  }
}

function readAlignment(metadata: ReadonlyMap<string, MetadataValue>): number {
  const entry = metadata.get("general.alignment");
  if (entry === undefined) return DEFAULT_ALIGNMENT_BYTES;
  const value = entry.kind === "scalar" && typeof entry.value === "number" ? entry.value : Number.NaN;
  const isPowerOfTwo = Number.isInteger(value) && value > 0 && 2 ** Math.round(Math.log2(value)) === value;
  if (!isPowerOfTwo || value > MAX_ALIGNMENT_BYTES) throw damaged("general.alignment", String(value));
  return value;
}

async function readTensors(cursor: Cursor, count: number, alignment: number): Promise<TensorInfo[]> {
  const tensors: TensorInfo[] = [];
  const names = new Set<string>();
  for (let index = 0; index < count; index++) {
    const at = `tensor ${index}`;
    const name = await cursor.name(at, MAX_TENSOR_NAME_BYTES);
    if (name === "") throw damaged(at, "no name");
    if (names.has(name)) throw damaged(at, "duplicate name");
    names.add(name);

    const dimensionCount = await cursor.uint32(at);
    if (dimensionCount > MAX_DIMENSIONS) throw damaged(at, `${dimensionCount} dimensions`);
    const dimensions: bigint[] = [];
    for (let dimension = 0; dimension < dimensionCount; dimension++) dimensions.push(await cursor.uint64(at));
    const typeNumber = await cursor.uint32(at);
    const type = ggmlTypes.get(typeNumber);
    if (type === undefined) throw unknownType(typeNumber, at);
    const offset = await cursor.uint64(at);

    // In bigint: these products are what overflowed in earlier readers.
    const weights = dimensions.reduce((product, length) => product * length, 1n);
    if (weights === 0n || weights > MAX_TENSOR_WEIGHTS) throw damaged(at, "impossible shape");
    const rowLength = dimensions[0] ?? 1n;
    if (rowLength % BigInt(type.blockWeights) !== 0n) throw damaged(at, `row length does not suit ${type.name}`);
    const sizeBytes = (weights / BigInt(type.blockWeights)) * BigInt(type.blockBytes);
    if (offset % BigInt(alignment) !== 0n) throw damaged(at, "offset not aligned");
    if (offset > MAX_TENSOR_WEIGHTS || sizeBytes > MAX_TENSOR_WEIGHTS) throw damaged(at, "impossible size");
    tensors.push({
      name,
      dimensions: dimensions.map(Number),
      typeName: type.name,
      offsetBytes: Number(offset),
      sizeBytes: Number(sizeBytes),
    });
  }
  return tensors;
}

/** Types that llama.cpp has no more, or not yet; forks number their own from about a hundred on. */
function unknownType(typeNumber: number, at: string): BadHeader {
  if (typeNumber > MAX_TYPE_NUMBER) return damaged(at, "unknown tensor type");
  return new BadHeader("model-needs-other-build", { type: String(typeNumber) }, `${at}: tensor type ${typeNumber}`);
}

/**
 * Every tensor is inside the file and apart from every other. One fork's Q2_0 has the same number in blocks of 128 weights, and 34
 * bytes: its tensors lie closer together than ours could.
 */
function checkTensorData(
  tensors: readonly TensorInfo[],
  alignment: number,
  dataOffsetBytes: number,
  fileBytes: number,
): void {
  const inOrder = [...tensors].sort((a, b) => a.offsetBytes - b.offsetBytes);
  const roomBytes = (index: number) =>
    (inOrder[index + 1]?.offsetBytes ?? fileBytes - dataOffsetBytes) - (inOrder[index]?.offsetBytes ?? 0);
  const widerBytes = ({ sizeBytes }: TensorInfo) => Math.ceil(((sizeBytes / 36) * 34) / alignment) * alignment;
  const isWider = inOrder.some(
    (tensor, index) =>
      tensor.typeName === "Q2_0" &&
      tensor.sizeBytes > roomBytes(index) &&
      widerBytes(tensor) >= roomBytes(index) &&
      roomBytes(index) > 0,
  );
  if (isWider)
    throw new BadHeader(
      "model-needs-other-build",
      { type: "Q2_0 in blocks of 128" },
      "Q2_0 tensors of 34 bytes for 128 weights",
    );
  let endBytes = 0;
  for (const tensor of inOrder) {
    if (tensor.offsetBytes < endBytes) throw damaged("tensor data", "tensors overlap");
    endBytes = tensor.offsetBytes + tensor.sizeBytes;
  }
  if (dataOffsetBytes + endBytes > fileBytes) throw truncated(dataOffsetBytes + endBytes, fileBytes);
}

class BadHeader extends Error {
  readonly failure: Failure;
  constructor(code: FailureCode, details: Record<string, string>, cause?: string) {
    super(code);
    this.failure = { code, details, ...(cause === undefined ? {} : { cause }) };
  }
}

function damaged(check: string, what: string): BadHeader {
  return new BadHeader("model-damaged", { check }, `${check}: ${what}`);
}

function truncated(neededBytes: number, fileBytes: number): BadHeader {
  return new BadHeader("model-truncated", { neededBytes: String(neededBytes), fileBytes: String(fileBytes) });
}

/** Reads forward through a source with one buffer; every length is checked before it is used. */
class Cursor {
  position = 0;
  readonly #source: ByteSource;
  readonly #deadlineMs = performance.now() + MAX_READ_TIME_MS;
  #buffer = new Uint8Array(0);
  #view = new DataView(this.#buffer.buffer);
  #bufferStart = 0;
  #keptBytes = 0;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  get sizeBytes(): number {
    return this.#source.sizeBytes;
  }

  /** At most lengthBytes: fewer where the file ends. Used for the magic only. */
  async upTo(lengthBytes: number): Promise<Uint8Array> {
    const bytes = await this.#source.read(0, Math.min(lengthBytes, this.sizeBytes));
    this.position = bytes.length;
    return bytes;
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
    if (end > MAX_HEADER_BYTES) throw damaged(at, "the header is longer than any real one");
  }

  async #fill(lengthBytes: number): Promise<void> {
    // The disk or the machine is slow, for now: nothing is wrong with the file.
    if (performance.now() > this.#deadlineMs)
      throw new BadHeader("model-unreadable", { reason: "reading it takes too long" });
    const wanted = Math.min(Math.max(lengthBytes, READ_AHEAD_BYTES), this.sizeBytes - this.position);
    const bytes = await this.#source.read(this.position, wanted);
    // The file shrank, or the source lied about its size.
    if (bytes.length < lengthBytes) throw truncated(this.position + lengthBytes, this.position + bytes.length);
    this.#buffer = new Uint8Array(bytes);
    this.#view = new DataView(this.#buffer.buffer, this.#buffer.byteOffset, this.#buffer.byteLength);
    this.#bufferStart = this.position;
  }
}
