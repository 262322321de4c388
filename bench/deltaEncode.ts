// delta.encode_gb_s, delta.bits_per_weight: how fast a 1-bit delta is made from two models, and how large it is.
import { mkdtemp, open, rm, stat } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { loadNativeAddon } from "../electron/engine/jobs/nativeAddon";
import { ggufBytes, type TensorEntry } from "../electron/testing/tinyGguf";
import { list, median, type Figures } from "./figures";

/** Blocks of a llama model with a billion weights: 2048 wide, 8192 in the feed-forward part, 8 of 32 heads for keys. */
const LAYERS = 2;
const SHAPES = [
  ["attn_q", 2048, 2048],
  ["attn_k", 2048, 512],
  ["attn_v", 2048, 512],
  ["attn_output", 2048, 2048],
  ["ffn_gate", 2048, 8192],
  ["ffn_up", 2048, 8192],
  ["ffn_down", 8192, 2048],
] as const;
const F16 = 1;
const ROUNDS = 5;

/** Made once from pages in memory: what is measured is the processor and the memory, not the disk. */
export async function deltaEncode(): Promise<Figures> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "facet-bench-delta-"));
  try {
    const base = path.join(folder, "base.gguf");
    const fineTune = path.join(folder, "fine-tune.gguf");
    await writeRandomModel(base, 0);
    await writeRandomModel(fineTune, 1);
    const sourceBytes = (await stat(base)).size + (await stat(fineTune)).size;
    const addon = loadNativeAddon(process.cwd());
    const speeds: number[] = [];
    let bitsPerWeight = 0;
    for (let round = 0; round <= ROUNDS; round++) {
      const startedMs = performance.now();
      const made = await addon.makeOneBitDelta({
        base,
        fineTune,
        target: path.join(folder, "delta.gguf"),
        name: "",
        baseName: "",
        fineTuneName: "",
        appVersion: "",
        threads: os.availableParallelism(),
        compact: false,
        importanceMatrix: null,
      });
      bitsPerWeight = (made.fileBytes * 8) / made.weights;
      // The first round reads the files from the disk.
      if (round > 0) speeds.push(sourceBytes / 1e6 / (performance.now() - startedMs));
    }
    console.log(`  ${(sourceBytes / 1e9).toFixed(2)} GB of source, GB/s: ${list(speeds, 2)}`);
    return { "delta.encode_gb_s": median(speeds), "delta.bits_per_weight": bitsPerWeight };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Weights like a model's, about ±0.02; `trained` moves them by some last places of their half-precision numbers. */
async function writeRandomModel(file: string, trained: number): Promise<void> {
  const tensors: TensorEntry[] = [];
  let state = 1;
  for (let layer = 0; layer < LAYERS; layer++) {
    for (const [name, columns, rows] of SHAPES) {
      const values = new Uint16Array(columns * rows);
      for (let index = 0; index < values.length; index++) {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        values[index] =
          ((state >>> 16) & 0x8000) | (0x2400 + ((state >>> 8) & 0x3ff) + trained * ((state >>> 2) & 0x3f));
      }
      tensors.push({
        name: `blk.${layer}.${name}.weight`,
        dimensions: [columns, rows],
        type: F16,
        data: new Uint8Array(values.buffer),
      });
    }
  }
  const handle = await open(file, "w");
  try {
    await handle.writeFile(
      ggufBytes({ metadata: [["general.architecture", { type: "string", value: "llama" }]], tensors }),
    );
  } finally {
    await handle.close();
  }
}
