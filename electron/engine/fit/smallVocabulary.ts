// The shape of the same model with a vocabulary so small that scores for a whole batch take no more room than those for one token
// of the real one. llama.cpp reserves scores for each token of a batch, but a chat asks for those of the last one only: the rest is
// never touched and never becomes memory. A dry run of this shape shows what is touched. Fit process.
import type { ModelShape } from "./readModelShape";
import { metadataNumber, metadataText, type GgufHeader } from "../gguf/readGgufHeader";
import type { TensorInfo } from "../gguf/readTensors";
import { ggmlTypes } from "../gguf/ggmlTypes";
import { DEFAULT_ALIGNMENT_BYTES } from "../gguf/ggufBytes";

/** Tensors with one row, or one value, for each token. */
const VOCABULARY_TENSOR = /^(?:token_embd|output|per_layer_token_embd)\.(?:weight|bias)$/u;

export interface SmallVocabulary {
  shape: ModelShape;
  tokens: number;
  /** Of the model itself. */
  realTokens: number;
}

/** null when nothing would become smaller: a part without vocabulary, say. `header` is that of `shape`. */
export function withSmallVocabulary(
  shape: ModelShape,
  header: GgufHeader,
  realTokens: number,
  batchTokens: number,
): SmallVocabulary | null {
  const tokens = Math.max(1, Math.ceil(realTokens / batchTokens));
  const isChanged = (tensor: TensorInfo) =>
    VOCABULARY_TENSOR.test(tensor.name) && tensor.dimensions.at(-1) === realTokens;
  if (tokens >= realTokens || !header.tensors.some(isChanged)) return null;
  const alignment = metadataNumber(header, "general.alignment") ?? DEFAULT_ALIGNMENT_BYTES;
  let offset = 0;
  const entries = header.tensors.map((tensor) => {
    const dimensions = isChanged(tensor) ? [...tensor.dimensions.slice(0, -1), tokens] : tensor.dimensions;
    const entry = tensorEntry(tensor, dimensions, offset);
    const weights = dimensions.reduce((product, length) => product * length, 1);
    const all = tensor.dimensions.reduce((product, length) => product * length, 1);
    offset += Math.ceil(((tensor.sizeBytes / all) * weights) / alignment) * alignment;
    return entry;
  });
  const architecture = metadataText(header, "general.architecture") ?? "";
  return {
    shape: {
      ...shape,
      tensors: Buffer.concat(entries),
      metadata: withVocabularySize(shape.metadata, `${architecture}.vocab_size`, tokens),
    },
    tokens,
    realTokens,
  };
}

function tensorEntry({ name, typeName }: TensorInfo, dimensions: readonly number[], offset: number): Buffer {
  const nameBytes = Buffer.from(name);
  const entry = Buffer.alloc(8 + nameBytes.length + 4 + dimensions.length * 8 + 4 + 8);
  let at = entry.writeBigUInt64LE(BigInt(nameBytes.length), 0);
  at += nameBytes.copy(entry, at);
  at = entry.writeUInt32LE(dimensions.length, at);
  for (const length of dimensions) at = entry.writeBigUInt64LE(BigInt(length), at);
  at = entry.writeUInt32LE(typeNumber(typeName), at);
  entry.writeBigUInt64LE(BigInt(offset), at);
  return entry;
}

function typeNumber(typeName: string): number {
  for (const [number, { name }] of ggmlTypes) if (name === typeName) return number;
  throw new Error(`no tensor type ${typeName}`);
}

/** Where the file says it itself, as most do. */
function withVocabularySize(metadata: Uint8Array, key: string, tokens: number): Uint8Array {
  const changed = Buffer.from(metadata);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(key.length));
  const at = changed.indexOf(Buffer.concat([length, Buffer.from(key, "latin1")]));
  // The value follows its type.
  const valueAt = at + length.length + key.length + 4;
  if (at !== -1 && valueAt + 4 <= changed.length) changed.writeUInt32LE(tokens, valueAt);
  return changed;
}
