// A llama model of 1B shapes with random weights, a 1-bit delta and a LoRA for it: speed does not depend on what weights say. Kept in the cache folder.
import { createCipheriv } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, open, rename, rm } from "node:fs/promises";
import path from "node:path";
import { ggufBytes, tinyModelContents, type MetadataEntry, type TensorEntry } from "../electron/testing/tinyGguf";
import { cacheFolder } from "../scripts/cacheFolder";

/** Those of Llama 3.2 1B; its large vocabulary is left out, which makes a delta look dearer than it is. */
export const SHAPES = { layers: 16, width: 2048, feedForward: 8192, heads: 32, keyValueHeads: 8 } as const;
const LORA_RANK = 16;

export interface RandomBillion {
  /** Q4_0. */
  base: string;
  /** Full rank, in the adapter form of docs: a Hadamard factor and a 1-bit factor for each matrix. */
  bitDelta: string;
  lora: string;
}

const F32 = 0;
const F16 = 1;
const Q4_0 = 2;
const Q1_0 = 41;
/** ggml's blocks: values and bytes of each, the fp16 scale first where there is one. */
const BLOCKS: Readonly<Record<number, { values: number; bytes: number }>> = {
  [F32]: { values: 1, bytes: 4 },
  [F16]: { values: 1, bytes: 2 },
  [Q4_0]: { values: 32, bytes: 18 },
  [Q1_0]: { values: 128, bytes: 18 },
};
/** fp16. Random weights of this size neither die out nor blow up over 16 layers. */
const BASE_SCALE = 0x1c80;
/** 1e-4: a delta is small beside its weights. */
const DELTA_SCALE = 0x068e;
/** Weights are made, and written, in pieces of about this size. */
const PIECE_BYTES = 18 * 1024 * 1024;
const ALIGNMENT_BYTES = 32;

interface RandomTensor {
  name: string;
  columns: number;
  rows: number;
  type: number;
  /** `random`: of the length that is asked for, and to be changed at will. */
  fill: (random: Buffer, firstRow: number) => void;
}

/** Makes what is missing; 650 MB, some seconds. */
export async function randomBillionModel(): Promise<RandomBillion> {
  const folder = path.join(cacheFolder(), "random-1b");
  await mkdir(folder, { recursive: true });
  const files = { base: "base.Q4_0.gguf", bitDelta: "bit-delta.gguf", lora: "lora-16.gguf" };
  const paths = { base: path.join(folder, files.base), bitDelta: path.join(folder, files.bitDelta), lora: path.join(folder, files.lora) };
  if (!existsSync(paths.base)) await writeModel(paths.base, baseMetadata(), baseTensors());
  if (!existsSync(paths.bitDelta)) await writeModel(paths.bitDelta, adapterMetadata(), linears().flatMap(bitDeltaFactors));
  if (!existsSync(paths.lora)) await writeModel(paths.lora, adapterMetadata(), linears().flatMap(loraFactors));
  return paths;
}

interface Linear {
  name: string;
  columns: number;
  rows: number;
}

function linears(): Linear[] {
  const { layers, width, feedForward, heads, keyValueHeads } = SHAPES;
  const keyValues = (width / heads) * keyValueHeads;
  const shapes: readonly (readonly [string, number, number])[] = [
    ["attn_q", width, width], ["attn_k", width, keyValues], ["attn_v", width, keyValues], ["attn_output", width, width],
    ["ffn_gate", width, feedForward], ["ffn_up", width, feedForward], ["ffn_down", feedForward, width],
  ];
  return Array.from({ length: layers }, (_, layer) =>
    shapes.map(([name, columns, rows]) => ({ name: `blk.${layer}.${name}.weight`, columns, rows })),
  ).flat();
}

function baseTensors(): RandomTensor[] {
  const { layers, width } = SHAPES;
  const vocabulary = numberOf(tinyModelContents().metadata, "llama.vocab_size");
  const norm = (name: string): RandomTensor => ({ name, columns: width, rows: 1, type: F32, fill: (bytes) => void floats(bytes).fill(1) });
  const embeddings = ["token_embd.weight", "output.weight"].map((name) => ({ name, columns: width, rows: vocabulary, type: Q4_0, fill: scales(BASE_SCALE) }));
  const norms = Array.from({ length: layers }, (_, layer) => [norm(`blk.${layer}.attn_norm.weight`), norm(`blk.${layer}.ffn_norm.weight`)]).flat();
  return [...embeddings, norm("output_norm.weight"), ...norms, ...linears().map((linear) => ({ ...linear, type: Q4_0, fill: scales(BASE_SCALE) }))];
}

/** The Hadamard factor stands on the narrower side. */
function bitDeltaFactors({ name, columns, rows }: Linear): RandomTensor[] {
  const signs = (factor: string, width: number, height: number): RandomTensor => ({ name: `${name}.${factor}`, columns: width, rows: height, type: Q1_0, fill: scales(DELTA_SCALE) });
  const hadamard = (factor: string, width: number): RandomTensor => ({ name: `${name}.${factor}`, columns: width, rows: width, type: Q1_0, fill: hadamardRows(width) });
  return columns <= rows
    ? [hadamard("lora_a", columns), signs("lora_b", columns, rows)]
    : [signs("lora_a", columns, rows), hadamard("lora_b", rows)];
}

function loraFactors({ name, columns, rows }: Linear): RandomTensor[] {
  const factor = (suffix: string, width: number, height: number): RandomTensor => ({ name: `${name}.${suffix}`, columns: width, rows: height, type: F16, fill: smallHalves });
  return [factor("lora_a", columns, LORA_RANK), factor("lora_b", LORA_RANK, rows)];
}

/** Random blocks, all of one scale. */
function scales(scale: number): (bytes: Buffer) => void {
  return (bytes) => {
    for (let at = 0; at < bytes.length; at += 18) bytes.writeUInt16LE(scale, at);
  };
}

/** Sylvester's matrix: the sign at (row, column) is the parity of row & column. */
function hadamardRows(width: number): (bytes: Buffer, firstRow: number) => void {
  const scale = halfOf(1 / Math.sqrt(width));
  const rowBytes = (width / 128) * 18;
  return (bytes, firstRow) => {
    for (let at = 0; at < bytes.length; at += 18) {
      const row = firstRow + Math.floor(at / rowBytes);
      const firstColumn = ((at % rowBytes) / 18) * 128;
      bytes.writeUInt16LE(scale, at);
      for (let byte = 0; byte < 16; byte++) {
        let bits = 0;
        for (let bit = 0; bit < 8; bit++) if (!isOdd(row & (firstColumn + 8 * byte + bit))) bits |= 1 << bit;
        bytes[at + 2 + byte] = bits;
      }
    }
  };
}

/** Between 0.0005 and 0.001, of either sign. */
function smallHalves(bytes: Buffer): void {
  for (let at = 0; at < bytes.length; at += 2) bytes.writeUInt16LE((bytes.readUInt16LE(at) & 0x83ff) | 0x1000, at);
}

function isOdd(bits: number): boolean {
  let parity = bits;
  for (const shift of [16, 8, 4, 2, 1]) parity ^= parity >>> shift;
  return (parity & 1) === 1;
}

/** fp16 of a number that fp16 has as a normal one, rounded to the nearest. */
function halfOf(value: number): number {
  const exponent = Math.floor(Math.log2(value));
  return ((exponent + 15) << 10) + Math.round((value / 2 ** exponent - 1) * 1024);
}

function floats(bytes: Buffer): Float32Array {
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
}

function baseMetadata(): readonly (readonly [string, MetadataEntry])[] {
  const { layers, width, feedForward, heads, keyValueHeads } = SHAPES;
  const number = (value: number): MetadataEntry => ({ type: "uint32", value });
  return tinyModelContents({
    name: "Random model of 1B shapes",
    metadata: {
      "llama.embedding_length": number(width), "llama.block_count": number(layers), "llama.feed_forward_length": number(feedForward),
      "llama.attention.head_count": number(heads), "llama.attention.head_count_kv": number(keyValueHeads),
      "llama.rope.dimension_count": number(width / heads), "general.file_type": number(2),
    },
  }).metadata;
}

function adapterMetadata(): readonly (readonly [string, MetadataEntry])[] {
  return [
    ["general.architecture", { type: "string", value: "llama" }],
    ["general.type", { type: "string", value: "adapter" }],
    ["adapter.type", { type: "string", value: "lora" }],
    // 0: the scale is taken as it is given.
    ["adapter.lora.alpha", { type: "float32", value: 0 }],
  ];
}

function numberOf(metadata: readonly (readonly [string, MetadataEntry])[], key: string): number {
  const entry = metadata.find(([name]) => name === key)?.[1];
  if (entry?.type !== "uint32") throw new Error(`${key} is missing`);
  return entry.value;
}

/** The file has its name when it is whole. */
async function writeModel(target: string, metadata: readonly (readonly [string, MetadataEntry])[], tensors: readonly RandomTensor[]): Promise<void> {
  console.log(`  making ${target}`);
  const fresh = `${target}.${process.pid}`;
  const keystream = createCipheriv("aes-128-ctr", Buffer.from("facet.random.1b!"), Buffer.alloc(16));
  const file = await open(fresh, "w");
  try {
    let offset = 0;
    const entries = tensors.map(({ name, columns, rows, type }): TensorEntry => {
      const entry = { name, dimensions: rows === 1 && type === F32 ? [columns] : [columns, rows], type, data: new Uint8Array(), offset: BigInt(offset) };
      offset += padded(rowBytes({ columns, type }) * rows);
      return entry;
    });
    await file.write(ggufBytes({ metadata, tensors: entries }));
    for (const tensor of tensors) {
      const row = rowBytes(tensor);
      const rowsAtOnce = Math.max(1, Math.floor(PIECE_BYTES / row));
      for (let first = 0; first < tensor.rows; first += rowsAtOnce) {
        const bytes = keystream.update(Buffer.alloc(row * Math.min(rowsAtOnce, tensor.rows - first)));
        tensor.fill(bytes, first);
        await file.write(bytes);
      }
      const length = row * tensor.rows;
      await file.write(Buffer.alloc(padded(length) - length));
    }
    await file.close();
    await rename(fresh, target);
  } finally {
    await file.close().catch(() => undefined);
    await rm(fresh, { force: true });
  }
}

function rowBytes({ columns, type }: { columns: number; type: number }): number {
  const block = BLOCKS[type];
  if (block === undefined) throw new Error(`no block size for type ${type}`);
  return (columns / block.values) * block.bytes;
}

function padded(lengthBytes: number): number {
  return Math.ceil(lengthBytes / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
}
