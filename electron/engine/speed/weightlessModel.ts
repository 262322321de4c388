// A model for measuring speed alone: a llama of any shape whose weights are all zero. How long a matrix takes does not depend on the
// values in it. The file is sparse, so that it takes no room. Fit process.
import { open } from "node:fs/promises";
import { alignedBytes, headerBytes, type GgufEntry, type GgufTensor } from "../gguf/ggufBytes";
import { ggmlTypes } from "../gguf/ggmlTypes";

export interface WeightlessShape {
  /** Of all matrices. */
  typeName: string;
  layers: number;
  width: number;
  feedForward: number;
  heads: number;
  keyValueHeads: number;
}

export const WEIGHTLESS_CONTEXT_TOKENS = 2048;
/** Three special tokens, one for each byte, and some more: what the tokenizer needs. */
const VOCABULARY_TOKENS = 320;
/** One that is no special token. */
export const WEIGHTLESS_TOKEN = 300;

export interface WeightlessModel {
  /** Of all that is read for each token. */
  bytes: number;
  /** Of the layers and the head. */
  tensors: number;
}

/** Writes the file `target`, over whatever is there. */
export async function writeWeightlessModel(target: string, shape: WeightlessShape): Promise<WeightlessModel> {
  const tensors = tensorsOf(shape);
  const header = headerBytes(metadataOf(shape), tensors);
  const file = await open(target, "w", 0o600);
  try {
    await file.writeFile(header);
    await file.truncate(header.length + tensors.reduce((sum, { sizeBytes }) => sum + alignedBytes(sizeBytes), 0));
  } finally {
    await file.close();
  }
  // The embedding is looked up row by row.
  const read = tensors.filter(({ name }) => name !== "token_embd.weight");
  return { bytes: read.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0), tensors: read.length };
}

function tensorsOf({ typeName, layers, width, feedForward, heads, keyValueHeads }: WeightlessShape): GgufTensor[] {
  const [type] = typeOf(typeName);
  const keyValues = (width / heads) * keyValueHeads;
  const norm = (name: string): GgufTensor => ({ name, dimensions: [width], type: 0, sizeBytes: width * 4 });
  const matrix = (name: string, columns: number, rows: number): GgufTensor => ({
    name,
    dimensions: [columns, rows],
    type,
    sizeBytes: bytesOf(typeName, columns * rows),
  });
  return [
    matrix("token_embd.weight", width, VOCABULARY_TOKENS),
    matrix("output.weight", width, VOCABULARY_TOKENS),
    norm("output_norm.weight"),
    ...Array.from({ length: layers }, (_, layer) => [
      norm(`blk.${layer}.attn_norm.weight`),
      norm(`blk.${layer}.ffn_norm.weight`),
      matrix(`blk.${layer}.attn_q.weight`, width, width),
      matrix(`blk.${layer}.attn_k.weight`, width, keyValues),
      matrix(`blk.${layer}.attn_v.weight`, width, keyValues),
      matrix(`blk.${layer}.attn_output.weight`, width, width),
      matrix(`blk.${layer}.ffn_gate.weight`, width, feedForward),
      matrix(`blk.${layer}.ffn_up.weight`, width, feedForward),
      matrix(`blk.${layer}.ffn_down.weight`, feedForward, width),
    ]).flat(),
  ];
}

function metadataOf({ layers, width, feedForward, heads, keyValueHeads }: WeightlessShape): GgufEntry[] {
  const number = (key: string, value: number): GgufEntry => [key, { type: "uint32", value }];
  return [
    ["general.architecture", { type: "string", value: "llama" }],
    number("llama.context_length", WEIGHTLESS_CONTEXT_TOKENS),
    number("llama.embedding_length", width),
    number("llama.block_count", layers),
    number("llama.feed_forward_length", feedForward),
    number("llama.attention.head_count", heads),
    number("llama.attention.head_count_kv", keyValueHeads),
    number("llama.rope.dimension_count", width / heads),
    number("llama.vocab_size", VOCABULARY_TOKENS),
    ["llama.attention.layer_norm_rms_epsilon", { type: "float32", value: 1e-5 }],
    ["tokenizer.ggml.model", { type: "string", value: "llama" }],
    ["tokenizer.ggml.tokens", { type: "strings", value: vocabulary() }],
  ];
}

function vocabulary(): string[] {
  const bytes = Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`);
  const named = ["<unk>", "<s>", "</s>", ...bytes];
  return Array.from({ length: VOCABULARY_TOKENS }, (_, token) => named[token] ?? `word${token}`);
}

/** What so many weights take. */
export function bytesOf(typeName: string, weights: number): number {
  const [, { blockWeights, blockBytes }] = typeOf(typeName);
  return (weights / blockWeights) * blockBytes;
}

function typeOf(name: string) {
  const found = [...ggmlTypes].find(([, type]) => type.name === name);
  if (found === undefined) throw new Error(`no tensor type ${name}`);
  return found;
}
