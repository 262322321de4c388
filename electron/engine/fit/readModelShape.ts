// Reads of a GGUF file what decides how much memory it takes, and leaves out the vocabulary: 100 to 300 KB instead of
// the whole header of 2 to 15 MB, so that a model at the hub can be judged before it is downloaded. Fit process.
//
// The vocabulary cannot be jumped over, because each of its strings says its own length. So the reader looks at small
// pieces further on, tells header from weights by their bytes, and finds the tensor list at the border by its form:
// as many tensors as the file says, one after the other, the first at offset 0. Nothing found is "unknown", never a guess.
// What comes out is checked by readGgufHeader (writeStub.ts) before native code sees it.
import { fail, succeed, type Failure, type Outcome } from "../../contract/failure";
import type { ByteSource } from "../gguf/ByteSource";
import {
  MAX_DIMENSIONS,
  MAX_KEY_BYTES,
  MAX_METADATA_ENTRIES,
  MAX_TENSOR_NAME_BYTES,
  MAX_TENSORS,
  MAX_TYPE_NUMBER,
} from "../gguf/ggufLimits";
import { noTokenizer } from "../gguf/tokenizers";
import { readAppendedEntries } from "./appendedEntries";

/** Metadata without vocabulary is 1 to 10 KB. */
const FIRST_READ_BYTES = 16 * 1024;
/** Long descriptions and lists of languages fit; what is larger is not a model's own description. */
const MAX_SHAPE_METADATA_BYTES = 192 * 1024;
const PROBE_BYTES = 4 * 1024;
/** One round trip each. */
const PROBES_AT_ONCE = 6;
/** The largest vocabularies with merges are below 32 MiB. */
const MAX_VOCABULARY_BYTES = 64 * 1024 * 1024;
/** A tensor's name, dimensions, type and offset. */
const TENSOR_ENTRY_BYTES = 80;
const MAX_TENSOR_LIST_BYTES = 256 * 1024;

export interface ModelShape {
  version: number;
  entryCount: number;
  /** Metadata entries before the vocabulary and what is appended behind it, as they are in the file. */
  metadata: Uint8Array;
  tensorCount: number;
  /** The tensor list, as it is in the file. */
  tensors: Uint8Array;
  /** Where it ends in the file; the weights follow at the next aligned place. */
  tensorsEndBytes: number;
  /** False for a model whose tokens are in no vocabulary of its own, and for parts behind the first. */
  hasTokenizer: boolean;
  vocabulary: Vocabulary;
}

/** What is known of a vocabulary without reading it. */
export interface Vocabulary {
  tokens: number;
  /** Byte-pair encodings have about one merge for each token. */
  hasMerges: boolean;
}

/** Failures: "model-not-gguf", "model-damaged", "model-truncated", "estimate-failed", and the source's own. */
export async function readModelShape(source: ByteSource): Promise<Outcome<ModelShape>> {
  try {
    return await read(source);
  } catch (error) {
    if (error instanceof ShapeError) return { ok: false, failure: error.failure };
    return fail("model-unreadable", {}, error);
  }
}

class ShapeError extends Error {
  readonly failure: Failure;
  constructor(outcome: { failure: Failure }) {
    super(outcome.failure.code);
    this.failure = outcome.failure;
  }
}

async function read(source: ByteSource): Promise<Outcome<ModelShape>> {
  const start = new Bytes(source);
  await start.extend(FIRST_READ_BYTES);
  if (new TextDecoder("latin1").decode(start.bytes.subarray(0, 4)) !== "GGUF") return fail("model-not-gguf", {});
  start.position = 4;
  const version = await start.uint32();
  if (version !== 2 && version !== 3) return fail("model-damaged", { check: "version" });
  const tensorCount = await start.count("tensor count", MAX_TENSORS);
  const totalEntries = await start.count("metadata count", MAX_METADATA_ENTRIES);
  const metadataStart = start.position;

  let entryCount = 0;
  let entryStart = start.position;
  let found: FoundVocabulary | null = null;
  const keys = new Set<string>();
  for (; entryCount < totalEntries; entryCount++) {
    entryStart = start.position;
    const key = await start.text(MAX_KEY_BYTES);
    if (key.startsWith("tokenizer.")) {
      found = await readVocabulary(start, key, totalEntries - entryCount);
      break;
    }
    keys.add(key);
    await start.skipValue();
    entryStart = start.position;
  }
  const metadata = start.bytes.slice(metadataStart, entryStart);
  const vocabulary: Vocabulary = { tokens: found?.tokens ?? 0, hasMerges: found?.model === "gpt2" };
  const about = {
    version,
    entryCount,
    metadata,
    tensorCount,
    hasTokenizer: found !== null && !noTokenizer.has(found.model ?? ""),
    vocabulary,
  };
  if (tensorCount === 0) return succeed({ ...about, tensors: new Uint8Array(0), tensorsEndBytes: entryStart });

  const tensors =
    found === null
      ? await readTensorsAt(source, entryStart, tensorCount)
      : await findTensors(source, start.position, vocabulary.tokens, tensorCount);
  if (tensors === null) return fail("estimate-failed", {}, "the list of tensors was not found");
  const shape = { ...about, tensors: tensors.bytes, tensorsEndBytes: tensors.endBytes };
  if (found === null) return succeed(shape);
  const appended = await readAppendedEntries(source, start.position, tensors.endBytes - tensors.bytes.length);
  const more = appended.filter(({ key }) => !key.startsWith("tokenizer.") && !keys.has(key) && keys.add(key));
  return succeed({
    ...shape,
    entryCount: entryCount + more.length,
    metadata: Buffer.concat([metadata, ...more.map(({ bytes }) => bytes)]),
  });
}

interface FoundVocabulary {
  tokens: number;
  /** tokenizer.ggml.model; undefined when it does not come before the tokens. */
  model: string | undefined;
}

/** The vocabulary's kind and length: what stands before its first long array. Leaves the position after the length. */
async function readVocabulary(start: Bytes, firstKey: string, entriesLeft: number): Promise<FoundVocabulary> {
  let key = firstKey;
  let model: string | undefined;
  for (let entry = 0; entry < Math.min(entriesLeft, 20); entry++) {
    if (key === "tokenizer.ggml.tokens") {
      await start.take(8); // the types of array and elements
      return { tokens: await start.count("vocabulary", MAX_VOCABULARY_BYTES), model };
    }
    if (key === "tokenizer.ggml.model") model = await start.textValue(MAX_KEY_BYTES);
    else await start.skipValue();
    key = await start.text(MAX_KEY_BYTES);
  }
  return { tokens: 0, model };
}

interface FoundTensors {
  bytes: Uint8Array;
  endBytes: number;
}

/** The list begins right here: parts of split models have no vocabulary. */
async function readTensorsAt(source: ByteSource, at: number, count: number): Promise<FoundTensors | null> {
  for (let length = Math.min(count * TENSOR_ENTRY_BYTES + PROBE_BYTES, MAX_TENSOR_LIST_BYTES); ; length *= 2) {
    const bytes = await source.read(at, Math.min(length, source.sizeBytes - at));
    const end = tensorListEnd(bytes, 0, count);
    if (end !== null) return { bytes: bytes.slice(0, end), endBytes: at + end };
    if (bytes.length < length || length * 2 > MAX_TENSOR_LIST_BYTES * 2) return null;
  }
}

async function findTensors(
  source: ByteSource,
  from: number,
  tokens: number,
  count: number,
): Promise<FoundTensors | null> {
  const border = await findWeights(source, from, tokens);
  const wanted = count * TENSOR_ENTRY_BYTES;
  for (let back = wanted + PROBE_BYTES; ; back *= 2) {
    const start = Math.max(from, border - back);
    const bytes = await source.read(start, Math.min(border + PROBE_BYTES, source.sizeBytes) - start);
    const broken = new Set<number>();
    for (let at = 0; at + 24 <= bytes.length; at++) {
      if (!isFirstTensor(bytes, at)) continue;
      const end = tensorListEnd(bytes, at, count, broken);
      if (end !== null) return { bytes: bytes.slice(at, end), endBytes: start + end };
    }
    if (start === from || back > MAX_TENSOR_LIST_BYTES) return null;
  }
}

/** A place in the weights, less than two probes after their beginning. */
async function findWeights(source: ByteSource, from: number, tokens: number): Promise<number> {
  // A token takes 9 bytes at least, and about 50 with its type and its part in the merges.
  let low = Math.min(from + tokens * 9, source.sizeBytes);
  let high = Math.min(from + tokens * 64 + 64 * 1024, source.sizeBytes);
  const limit = Math.min(from + MAX_VOCABULARY_BYTES, source.sizeBytes);
  while (high < limit && (await isHeaderAt(source, high))) {
    low = high;
    high = Math.min(limit, from + (high - from) * 3);
  }
  while (high - low > PROBE_BYTES) {
    const parts = Math.min(PROBES_AT_ONCE + 1, Math.ceil((high - low) / PROBE_BYTES));
    const places = Array.from(
      { length: parts - 1 },
      (_, index) => low + Math.floor(((high - low) * (index + 1)) / parts),
    );
    if (places.length === 0) break;
    const answers = await Promise.all(places.map((place) => isHeaderAt(source, place)));
    // Some of a vocabulary looks like weights, but weights do not look like a vocabulary: the last header counts.
    const last = answers.lastIndexOf(true);
    const next = { low: places[last] ?? low, high: places[last + 1] ?? high };
    ({ low, high } = next);
  }
  return high;
}

async function isHeaderAt(source: ByteSource, at: number): Promise<boolean> {
  const bytes = await source.read(at, Math.min(PROBE_BYTES, source.sizeBytes - at));
  return bytes.length > 0 && looksLikeHeader(bytes);
}

/** Lengths of 8 bytes are mostly zeros, names and templates are text, scores are whole numbers as floats; weights are noise. */
export function looksLikeHeader(bytes: Uint8Array): boolean {
  let zeros = 0;
  let text = 0;
  for (const byte of bytes) {
    if (byte === 0) zeros++;
    else if ((byte >= 0x20 && byte < 0x7f) || byte === 0x0a || byte === 0x09) text++;
  }
  if (zeros > bytes.length * 0.25 || zeros + text > bytes.length * 0.75) return true;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let shift = 0; shift < 4; shift++) {
    let whole = 0;
    let all = 0;
    for (let at = shift; at + 4 <= bytes.length; at += 4, all++) {
      const value = view.getFloat32(at, true);
      if (Number.isInteger(value) && Math.abs(value) >= 1 && Math.abs(value) < 1e7) whole++;
    }
    if (all > 0 && whole > all * 0.9) return true;
  }
  return false;
}

/** A quick look before the thorough one: a short printable name, few dimensions. */
function isFirstTensor(bytes: Uint8Array, at: number): boolean {
  const length = bytes[at] ?? 0;
  if (length === 0 || length > MAX_TENSOR_NAME_BYTES) return false;
  for (let index = at + 1; index < at + 8; index++) if (bytes[index] !== 0) return false;
  return tensorEnd(bytes, at)?.offset === 0n;
}

/**
 * `broken` remembers where lists were too short: one that comes upon such a place ends there too. Without it, a file
 * of thousands of entries that each look like the first would be walked thousands of times.
 */
function tensorListEnd(bytes: Uint8Array, from: number, count: number, broken = new Set<number>()): number | null {
  let at = from;
  const passed: number[] = [];
  for (let index = 0; index < count; index++) {
    const tensor = broken.has(at) ? null : tensorEnd(bytes, at);
    if (tensor === null) {
      for (const place of passed) broken.add(place);
      return null;
    }
    passed.push(at);
    at = tensor.end;
  }
  return at;
}

function tensorEnd(bytes: Uint8Array, from: number): { end: number; offset: bigint } | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (from + 8 > bytes.length) return null;
  const nameBytes = view.getBigUint64(from, true);
  if (nameBytes < 1n || nameBytes > BigInt(MAX_TENSOR_NAME_BYTES)) return null;
  let at = from + 8 + Number(nameBytes);
  if (at + 4 > bytes.length) return null;
  for (let index = from + 8; index < at; index++) {
    const byte = bytes[index] ?? 0;
    if (byte < 0x21 || byte > 0x7e) return null;
  }
  const dimensions = view.getUint32(at, true);
  at += 4;
  if (dimensions < 1 || dimensions > MAX_DIMENSIONS || at + dimensions * 8 + 12 > bytes.length) return null;
  for (let index = 0; index < dimensions; index++, at += 8) {
    const length = view.getBigUint64(at, true);
    if (length < 1n || length > 2n ** 40n) return null;
  }
  // One that llama.cpp does not know is reported when the header is checked.
  if (view.getUint32(at, true) > MAX_TYPE_NUMBER) return null;
  return { end: at + 12, offset: view.getBigUint64(at + 4, true) };
}

const STRING_TYPE = 8;
const ARRAY_TYPE = 9;
const scalarBytes: ReadonlyMap<number, number> = new Map([
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

/** The beginning of a file, read on as far as it is needed. */
class Bytes {
  bytes: Uint8Array = new Uint8Array(0);
  position = 0;
  readonly #source: ByteSource;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  async extend(toBytes: number): Promise<void> {
    const wanted = Math.min(toBytes, this.#source.sizeBytes);
    if (wanted <= this.bytes.length) return;
    const more = await this.#source.read(this.bytes.length, wanted - this.bytes.length);
    const joined = new Uint8Array(this.bytes.length + more.length);
    joined.set(this.bytes);
    joined.set(more, this.bytes.length);
    this.bytes = joined;
  }

  /** Moves past so many bytes and returns where they begin. */
  async take(lengthBytes: number): Promise<number> {
    const start = this.position;
    const end = start + lengthBytes;
    if (end > this.#source.sizeBytes) {
      throw new ShapeError(
        fail("model-truncated", { neededBytes: String(end), fileBytes: String(this.#source.sizeBytes) }),
      );
    }
    if (end > MAX_SHAPE_METADATA_BYTES)
      throw new ShapeError(fail("estimate-failed", {}, "long metadata before the vocabulary"));
    if (end > this.bytes.length) await this.extend(Math.max(end, this.bytes.length * 2));
    if (end > this.bytes.length) throw new ShapeError(fail("model-unreadable", {}, "the source ended early"));
    this.position = end;
    return start;
  }

  async uint32(): Promise<number> {
    return this.#view(await this.take(4)).getUint32(0, true);
  }

  async count(check: string, limit: number): Promise<number> {
    const value = this.#view(await this.take(8)).getBigUint64(0, true);
    if (value > BigInt(limit)) throw new ShapeError(fail("model-damaged", { check }));
    return Number(value);
  }

  async text(limitBytes: number): Promise<string> {
    const length = await this.count("metadata key", limitBytes);
    const start = await this.take(length);
    return new TextDecoder().decode(this.bytes.subarray(start, start + length));
  }

  /** A value that should be a text; undefined when it is another, which is skipped. */
  async textValue(limitBytes: number): Promise<string | undefined> {
    const type = await this.uint32();
    if (type === STRING_TYPE) return this.text(limitBytes);
    this.position -= 4;
    await this.skipValue();
    return undefined;
  }

  async skipValue(): Promise<void> {
    const type = await this.uint32();
    if (type !== ARRAY_TYPE) return this.#skipOne(type);
    const element = await this.uint32();
    const length = await this.count("metadata array", MAX_SHAPE_METADATA_BYTES);
    for (let index = 0; index < length; index++) await this.#skipOne(element);
  }

  async #skipOne(type: number): Promise<void> {
    if (type === STRING_TYPE) {
      await this.take(await this.count("metadata text", MAX_SHAPE_METADATA_BYTES));
      return;
    }
    const size = scalarBytes.get(type);
    if (size === undefined) throw new ShapeError(fail("model-damaged", { check: "metadata type" }));
    await this.take(size);
  }

  #view(at: number): DataView {
    return new DataView(this.bytes.buffer, this.bytes.byteOffset + at);
  }
}
