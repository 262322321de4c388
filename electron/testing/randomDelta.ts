// Writes llama models of any size with random weights, and 1-bit deltas and LoRA adapters for them: for tests and for measuring speed.
import { createCipheriv } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import { ggmlTypes } from "../engine/gguf/ggmlTypes";
import { ggufBytes, tinyModelContents, type MetadataEntry, type TensorEntry } from "./tinyGguf";

/** Widths are multiples of 128; the vocabulary is the tiny model's. */
export interface Shapes {
  layers: number;
  width: number;
  feedForward: number;
  heads: number;
  keyValueHeads: number;
}

const F32 = 0;
const F16 = 1;
const Q4_0 = 2;
const Q1_0 = 41;
/** Weights are made, and written, in pieces of about this size. */
const PIECE_BYTES = 18 * 1024 * 1024;
const ALIGNMENT_BYTES = 32;

export interface RandomTensor {
  name: string;
  columns: number;
  rows: number;
  /** Its number in the format. */
  type: number;
  /** Where they are not columns and rows: of experts, say. */
  dimensions?: readonly number[];
  /** `random`: of the length that is asked for, and to be changed at will. */
  fill: (random: Buffer, firstRow: number) => void;
}

/** In Q4_0. `weight`: what a weight is at most, about; `outputWeight` the same for the last matrix, which makes answers flat or pointed. */
export async function writeRandomModel(
  target: string,
  shapes: Shapes,
  { weight, outputWeight }: { weight: number; outputWeight: number },
): Promise<void> {
  const { layers, width } = shapes;
  const metadata = modelMetadata(shapes);
  const vocabulary = numberOf(metadata, "llama.vocab_size");
  const norm = (name: string): RandomTensor => ({
    name,
    columns: width,
    rows: 1,
    type: F32,
    fill: (bytes) => void floats(bytes).fill(1),
  });
  const matrix = (name: string, columns: number, rows: number, most: number): RandomTensor => ({
    name,
    columns,
    rows,
    type: Q4_0,
    fill: scales(most / 8),
  });
  await writeTensors(target, metadata, [
    matrix("token_embd.weight", width, vocabulary, weight),
    matrix("output.weight", width, vocabulary, outputWeight),
    norm("output_norm.weight"),
    ...Array.from({ length: layers }, (_, layer) => [
      norm(`blk.${layer}.attn_norm.weight`),
      norm(`blk.${layer}.ffn_norm.weight`),
    ]).flat(),
    ...linears(shapes).map(({ name, columns, rows }) => matrix(name, columns, rows, weight)),
  ]);
}

/**
 * Of full rank, as an ordinary adapter: for each matrix a Hadamard factor on the narrower side and a factor of random
 * signs. `change`: what is added to or taken from each weight, on average. `blockLength`: of the Hadamard blocks along
 * the diagonal, the whole width when left out.
 */
export async function writeRandomBitDelta(
  target: string,
  shapes: Shapes,
  { change, blockLength }: { change: number; blockLength?: number },
): Promise<void> {
  const signs = (name: string, columns: number, rows: number): RandomTensor => ({
    name,
    columns,
    rows,
    type: Q1_0,
    fill: scales(change),
  });
  const hadamard = (name: string, width: number): RandomTensor => ({
    name,
    columns: width,
    rows: width,
    type: Q1_0,
    fill: hadamardRows(width, blockLength ?? width),
  });
  await writeTensors(
    target,
    ADAPTER_METADATA,
    linears(shapes).flatMap(({ name, columns, rows }) =>
      columns <= rows
        ? [hadamard(`${name}.lora_a`, columns), signs(`${name}.lora_b`, columns, rows)]
        : [signs(`${name}.lora_a`, columns, rows), hadamard(`${name}.lora_b`, rows)],
    ),
  );
}

/** In F16. */
export async function writeRandomLora(target: string, shapes: Shapes, rank: number): Promise<void> {
  const factor = (name: string, columns: number, rows: number): RandomTensor => ({
    name,
    columns,
    rows,
    type: F16,
    fill: smallHalves,
  });
  await writeTensors(
    target,
    ADAPTER_METADATA,
    linears(shapes).flatMap(({ name, columns, rows }) => [
      factor(`${name}.lora_a`, columns, rank),
      factor(`${name}.lora_b`, rank, rows),
    ]),
  );
}

interface Linear {
  name: string;
  columns: number;
  rows: number;
}

function linears({ layers, width, feedForward, heads, keyValueHeads }: Shapes): Linear[] {
  const keyValues = (width / heads) * keyValueHeads;
  const shapes: readonly (readonly [string, number, number])[] = [
    ["attn_q", width, width],
    ["attn_k", width, keyValues],
    ["attn_v", width, keyValues],
    ["attn_output", width, width],
    ["ffn_gate", width, feedForward],
    ["ffn_up", width, feedForward],
    ["ffn_down", feedForward, width],
  ];
  return Array.from({ length: layers }, (_, layer) =>
    shapes.map(([name, columns, rows]) => ({ name: `blk.${layer}.${name}.weight`, columns, rows })),
  ).flat();
}

/** Random blocks, all of one scale. */
function scales(scale: number): (bytes: Buffer) => void {
  const half = halfOf(scale);
  return (bytes) => {
    for (let at = 0; at < bytes.length; at += 18) bytes.writeUInt16LE(half, at);
  };
}

/** Sylvester's matrices along the diagonal: the sign at (row, column) is the parity of row & column. */
function hadamardRows(width: number, blockLength: number): (bytes: Buffer, firstRow: number) => void {
  const scale = halfOf(1 / Math.sqrt(blockLength));
  const bytesOfRow = (width / 128) * 18;
  return (bytes, firstRow) => {
    for (let at = 0; at < bytes.length; at += 18) {
      const row = firstRow + Math.floor(at / bytesOfRow);
      const firstColumn = ((at % bytesOfRow) / 18) * 128;
      const isInside = Math.floor(row / blockLength) === Math.floor(firstColumn / blockLength);
      bytes.writeUInt16LE(isInside ? scale : 0, at);
      for (let byte = 0; byte < 16; byte++) {
        let bits = 0;
        for (let bit = 0; bit < 8; bit++)
          if (!isOdd(row & ((firstColumn % blockLength) + 8 * byte + bit))) bits |= 1 << bit;
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

function modelMetadata({
  layers,
  width,
  feedForward,
  heads,
  keyValueHeads,
}: Shapes): readonly (readonly [string, MetadataEntry])[] {
  const number = (value: number): MetadataEntry => ({ type: "uint32", value });
  return tinyModelContents({
    name: "Random model",
    metadata: {
      "llama.embedding_length": number(width),
      "llama.block_count": number(layers),
      "llama.feed_forward_length": number(feedForward),
      "llama.attention.head_count": number(heads),
      "llama.attention.head_count_kv": number(keyValueHeads),
      "llama.rope.dimension_count": number(width / heads),
      "general.file_type": number(2),
    },
  }).metadata;
}

const ADAPTER_METADATA: readonly (readonly [string, MetadataEntry])[] = [
  ["general.architecture", { type: "string", value: "llama" }],
  ["general.type", { type: "string", value: "adapter" }],
  ["adapter.type", { type: "string", value: "lora" }],
  // 0: the scale is taken as it is given.
  ["adapter.lora.alpha", { type: "float32", value: 0 }],
];

function numberOf(metadata: readonly (readonly [string, MetadataEntry])[], key: string): number {
  const entry = metadata.find(([name]) => name === key)?.[1];
  if (entry?.type !== "uint32") throw new Error(`${key} is missing`);
  return entry.value;
}

/** The file has its name when it is whole. */
export async function writeTensors(
  target: string,
  metadata: readonly (readonly [string, MetadataEntry])[],
  tensors: readonly RandomTensor[],
): Promise<void> {
  const fresh = `${target}.${process.pid}`;
  const keystream = createCipheriv("aes-128-ctr", Buffer.from("16 bytes of seed"), Buffer.alloc(16));
  const file = await open(fresh, "w");
  try {
    let offset = 0;
    const entries = tensors.map(({ name, columns, rows, type, dimensions }): TensorEntry => {
      const entry = {
        name,
        dimensions: dimensions ?? (rows === 1 && type === F32 ? [columns] : [columns, rows]),
        type,
        data: new Uint8Array(),
        offset: BigInt(offset),
      };
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
  const block = ggmlTypes.get(type);
  if (block === undefined) throw new Error(`no block size for type ${type}`);
  return (columns / block.blockWeights) * block.blockBytes;
}

function padded(lengthBytes: number): number {
  return Math.ceil(lengthBytes / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
}
