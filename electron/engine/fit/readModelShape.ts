// Reads of a GGUF file what decides how much memory it takes, and leaves out the vocabulary: 100 to 300 KB instead of
// the whole header of 2 to 15 MB, so that a model at the hub can be judged before it is downloaded. Fit process.
//
// The vocabulary cannot be jumped over, because each of its strings says its own length. So the reader looks at small
// pieces further on, tells header from weights by their bytes, and finds the tensor list at the border by its form:
// as many tensors as the file says, one after the other, the first at offset 0. Nothing found is "unknown", never a guess.
// Metadata has no order. Where more of it is out of sight than a vocabulary's own lists, or the model's own description is, the reader
// walks over the vocabulary after all, string by string, as it does for a file on this computer.
// What comes out is checked by readGgufHeader (writeStub.ts) before native code sees it.
import { failure, fail, succeed, type Outcome } from "../../contract/failure";
import type { ByteSource } from "../gguf/ByteSource";
import { BadHeader, GgufCursor } from "../gguf/GgufCursor";
import { MAX_DIMENSIONS, MAX_TENSOR_NAME_BYTES, MAX_TYPE_NUMBER } from "../gguf/ggufLimits";
import { readStart, type GgufStart } from "../gguf/readGgufHeader";
import { noTokenizer } from "../gguf/tokenizers";
import { readAppendedEntries } from "./appendedEntries";
import { walkMetadata, type WalkedMetadata } from "./walkMetadata";

/** Metadata without vocabulary is 1 to 10 KB. */
const FIRST_READ_BYTES = 16 * 1024;
/** Long descriptions and lists of languages fit; what is larger is not a model's own description. */
const MAX_SHAPE_METADATA_BYTES = 192 * 1024;
const PROBE_BYTES = 4 * 1024;
/** One round trip each. */
const PROBES_AT_ONCE = 6;
/** The largest vocabularies with merges are below 32 MiB. */
const MAX_VOCABULARY_BYTES = 64 * 1024 * 1024;
/** Of a vocabulary: scores, types, merges. They stand behind its tokens, and are as long. */
const LISTS_OF_VOCABULARY = 3;
/** What tools append to a file, with a template of usual length before it; the longest templates are below the second. */
const APPENDED_WINDOWS_BYTES = [32 * 1024, 160 * 1024];
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

export interface ShapeOptions {
  /** Walks over the vocabulary in any case: for a file whose bytes cost little. */
  exact?: boolean;
}

/** Failures: "model-not-gguf", "model-damaged", "model-truncated", "estimate-failed", and the source's own. */
export async function readModelShape(
  source: ByteSource,
  { exact = false }: ShapeOptions = {},
): Promise<Outcome<ModelShape>> {
  try {
    const quick = exact ? null : await readAroundVocabulary(source);
    return quick ?? (await readWhole(source));
  } catch (error) {
    if (error instanceof BadHeader) return { ok: false, failure: error.failure };
    return fail("model-unreadable", {}, error);
  }
}

/** null: what was seen may be too little. */
async function readAroundVocabulary(source: ByteSource): Promise<Outcome<ModelShape> | null> {
  const cursor = new GgufCursor(source, {
    readAheadBytes: FIRST_READ_BYTES,
    maxBytes: MAX_SHAPE_METADATA_BYTES,
    // The hub answers in its own time; the question's limit holds.
    maxTimeMs: Infinity,
    tooLong: () => new BadHeader(failure("estimate-failed", {}, "long metadata before the vocabulary")),
  });
  const start = await readStart(cursor);
  const walked = await walkMetadata(cursor, start.entryCount, { stopsAtTokens: true });
  // One of its lists stands before the tokens.
  if (walked === "too-long-for-this") return null;
  if (walked.entriesRead === start.entryCount) return shapeOf(source, start, walked);

  const tensors =
    start.tensorCount === 0 ? null : await findTensors(source, walked.endBytes, walked.tokens, start.tensorCount);
  if (tensors === null) return null;
  const unseen = start.entryCount - walked.entriesRead - 1;
  for (const windowBytes of APPENDED_WINDOWS_BYTES) {
    const listStart = tensors.endBytes - tensors.bytes.length;
    const appended = await readAppendedEntries(source, walked.endBytes, listStart, windowBytes);
    if (unseen - appended.length > LISTS_OF_VOCABULARY) continue;
    const keys = new Set(walked.keys);
    const more = appended.filter(({ key }) => !key.startsWith("tokenizer.") && !keys.has(key) && keys.add(key));
    if (!describesModel(keys)) return null;
    const metadata = await bytesOf(source, walked);
    return succeed({
      ...about(start, walked),
      entryCount: walked.entryCount + more.length,
      metadata: Buffer.concat([metadata, ...more.map(({ bytes }) => bytes)]),
      tensors: tensors.bytes,
      tensorsEndBytes: tensors.endBytes,
    });
  }
  return null;
}

/** Whatever the order of the metadata is. */
async function readWhole(source: ByteSource): Promise<Outcome<ModelShape>> {
  const cursor = new GgufCursor(source, {
    readAheadBytes: FIRST_READ_BYTES,
    maxBytes: MAX_VOCABULARY_BYTES,
    maxTimeMs: Infinity,
    tooLong: () => new BadHeader(failure("estimate-failed", {}, "a header of more than 64 MB")),
  });
  const start = await readStart(cursor);
  const walked = await walkMetadata(cursor, start.entryCount, { stopsAtTokens: false });
  if (walked === "too-long-for-this") return fail("estimate-failed", {}, "a header of more than 64 MB");
  return shapeOf(source, start, walked);
}

/** All metadata was walked, so the tensors follow. */
async function shapeOf(source: ByteSource, start: GgufStart, walked: WalkedMetadata): Promise<Outcome<ModelShape>> {
  const tensors =
    start.tensorCount === 0
      ? { bytes: new Uint8Array(0), endBytes: walked.endBytes }
      : await readTensorsAt(source, walked.endBytes, start.tensorCount);
  if (tensors === null) return fail("estimate-failed", {}, "the list of tensors was not found");
  return succeed({
    ...about(start, walked),
    metadata: await bytesOf(source, walked),
    tensors: tensors.bytes,
    tensorsEndBytes: tensors.endBytes,
  });
}

function about({ version, tensorCount }: GgufStart, { entryCount, tokens, tokenizer, hasTokenizer }: WalkedMetadata) {
  return {
    version,
    tensorCount,
    entryCount,
    hasTokenizer: hasTokenizer && !noTokenizer.has(tokenizer ?? ""),
    vocabulary: { tokens, hasMerges: tokenizer === "gpt2" },
  };
}

async function bytesOf(source: ByteSource, { kept }: WalkedMetadata): Promise<Uint8Array> {
  return Buffer.concat(await Promise.all(kept.map(({ start, end }) => source.read(start, end - start))));
}

/** Its architecture, and as much of that as every model says. */
function describesModel(keys: ReadonlySet<string>): boolean {
  return keys.has("general.architecture") && [...keys].some((key) => key.endsWith(".block_count"));
}

interface FoundTensors {
  bytes: Uint8Array;
  endBytes: number;
}

/** The list begins right here. */
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
