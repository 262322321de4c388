// Reads and checks the header of a GGUF file before native code sees it, trusting nothing in it. Engine process.
//
// Format: ggml/include/gguf.h of llama.cpp. Where llama.cpp is lax this is strict: what real models have passes.
import { failure, fail, succeed, type Outcome } from "../../contract/failure";
import type { ByteSource } from "./ByteSource";
import { BadHeader, damaged, GgufCursor } from "./GgufCursor";
import { DEFAULT_ALIGNMENT_BYTES } from "./ggufBytes";
import { MAX_ALIGNMENT_BYTES, MAX_METADATA_ENTRIES, MAX_TENSORS } from "./ggufLimits";
import { readMetadata, VocabularyReader, type MetadataValue, type Vocabulary } from "./readMetadata";
import { checkTensorData, readTensors, type TensorInfo } from "./readTensors";

export interface ReadOptions {
  /** Takes up to 100 MB and a tenth of a second for the largest vocabularies. */
  withVocabulary?: boolean;
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
 * Failures: model-not-gguf, model-truncated, model-damaged, model-needs-other-build, model-unreadable (the source's own
 * error).
 */
export async function readGgufHeader(
  source: ByteSource,
  { withVocabulary = false }: ReadOptions = {},
): Promise<Outcome<GgufHeader>> {
  try {
    return succeed(await read(new GgufCursor(source), withVocabulary ? new VocabularyReader() : null));
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

async function read(cursor: GgufCursor, reader: VocabularyReader | null): Promise<GgufHeader> {
  const { version, tensorCount, entryCount } = await readStart(cursor);
  const metadata = await readMetadata(cursor, entryCount, reader);
  const alignment = readAlignment(metadata);
  const tensors = await readTensors(cursor, tensorCount, alignment);
  const dataOffsetBytes = Math.ceil(cursor.position / alignment) * alignment;
  checkTensorData(tensors, alignment, dataOffsetBytes, cursor.sizeBytes);
  const weightsBytes = tensors.reduce((sum, tensor) => sum + tensor.sizeBytes, 0);
  return { version, metadata, tensors, dataOffsetBytes, weightsBytes, vocabulary: reader?.vocabulary ?? null };
}

export interface GgufStart {
  version: number;
  tensorCount: number;
  entryCount: number;
}

/** What stands before the metadata. */
export async function readStart(cursor: GgufCursor): Promise<GgufStart> {
  if (!(await cursor.startsWith("GGUF"))) throw new BadHeader(failure("model-not-gguf"));
  return {
    version: await readVersion(cursor),
    tensorCount: await cursor.count("tensor count", MAX_TENSORS),
    entryCount: await cursor.count("metadata count", MAX_METADATA_ENTRIES),
  };
}

async function readVersion(cursor: GgufCursor): Promise<number> {
  const version = await cursor.uint32("version");
  if ((version & 0xffff) === 0 && version !== 0) throw damaged("byte order", "the file is big-endian");
  if (version !== 2 && version !== 3) throw damaged("version", `version ${version}, known are 2 and 3`);
  return version;
}

function readAlignment(metadata: ReadonlyMap<string, MetadataValue>): number {
  const entry = metadata.get("general.alignment");
  if (entry === undefined) return DEFAULT_ALIGNMENT_BYTES;
  const value = entry.kind === "scalar" && typeof entry.value === "number" ? entry.value : Number.NaN;
  const isPowerOfTwo = Number.isInteger(value) && value > 0 && 2 ** Math.round(Math.log2(value)) === value;
  if (!isPowerOfTwo || value > MAX_ALIGNMENT_BYTES) throw damaged("general.alignment", String(value));
  return value;
}
