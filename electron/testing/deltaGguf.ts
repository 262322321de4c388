// Writes small adapter files for tests: a real LoRA for any model's shapes, and hostile ones.
import { writeFile } from "node:fs/promises";
import { ggufBytes, type GgufContents, type MetadataEntry, type TensorEntry } from "./tinyGguf";

/** A matrix of the base: its row length and its number of rows. */
export interface ChangedMatrix {
  name: string;
  columns: number;
  rows: number;
}

export interface LoraOptions {
  architecture?: string;
  matrices?: readonly ChangedMatrix[];
  rank?: number;
  /** undefined leaves the key out. */
  alpha?: number | undefined;
  seed?: number;
  /** Size of the factors' numbers; 0 = an adapter that changes nothing. */
  strength?: number;
  /** Replaces or adds metadata; undefined removes a key. */
  metadata?: Readonly<Record<string, MetadataEntry | undefined>>;
  /** Last word on the tensors. */
  tensors?: (tensors: TensorEntry[]) => TensorEntry[];
}

/** Query and feed-forward output of the tiny model's first layer. */
export const tinyMatrices: readonly ChangedMatrix[] = [
  { name: "blk.0.attn_q.weight", columns: 64, rows: 64 },
  { name: "blk.0.ffn_down.weight", columns: 128, rows: 64 },
  { name: "blk.1.attn_output.weight", columns: 64, rows: 64 },
];

export function loraContents(options: LoraOptions = {}): GgufContents {
  const { architecture = "llama", matrices = tinyMatrices, rank = 4, seed = 1, strength = 0.5 } = options;
  const alpha = "alpha" in options ? options.alpha : rank;
  const metadata = new Map<string, MetadataEntry>([
    ["general.type", { type: "string", value: "adapter" }],
    ["general.architecture", { type: "string", value: architecture }],
    ["general.name", { type: "string", value: `Test adapter ${seed}` }],
    ["adapter.type", { type: "string", value: "lora" }],
  ]);
  if (alpha !== undefined) metadata.set("adapter.lora.alpha", { type: "float32", value: alpha });
  for (const [key, value] of Object.entries(options.metadata ?? {}))
    if (value === undefined) metadata.delete(key);
    else metadata.set(key, value);
  const random = numbers(seed);
  const factor = (name: string, columns: number, rows: number): TensorEntry => ({
    name,
    dimensions: [columns, rows],
    type: 0,
    data: new Uint8Array(Float32Array.from({ length: columns * rows }, () => (random() - 0.5) * strength).buffer),
  });
  const tensors = matrices.flatMap(({ name, columns, rows }) => [
    factor(`${name}.lora_a`, columns, rank),
    factor(`${name}.lora_b`, rank, rows),
  ]);
  return { metadata: [...metadata], tensors: options.tensors?.(tensors) ?? tensors };
}

export function loraBytes(options: LoraOptions = {}): Uint8Array<ArrayBuffer> {
  return ggufBytes(loraContents(options));
}

export async function writeLora(filePath: string, options: LoraOptions = {}): Promise<void> {
  await writeFile(filePath, loraBytes(options));
}

/** A linear congruential generator: seeded, and good enough for weights. */
function numbers(seed: number): () => number {
  let state = (seed * 2_654_435_761) >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}
