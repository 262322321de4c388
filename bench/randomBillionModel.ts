// A llama model of 1B shapes with random weights, a 1-bit delta and a LoRA for it, kept in the cache folder: speed does not depend on the values of weights.
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { writeRandomBitDelta, writeRandomLora, writeRandomModel, type Shapes } from "../electron/testing/randomDelta";
import { cacheFolder } from "../scripts/cacheFolder.mjs";

/** Those of Llama 3.2 1B; its large vocabulary is left out, which makes a delta look dearer than it is. */
const SHAPES: Shapes = { layers: 16, width: 2048, feedForward: 8192, heads: 32, keyValueHeads: 8 };
const LORA_RANK = 16;

/** Paths; makes what is missing: 750 MB, some seconds. */
export async function randomBillionModel(): Promise<{ base: string; bitDelta: string; lora: string }> {
  const folder = path.join(cacheFolder(), "random-1b");
  await mkdir(folder, { recursive: true });
  const file = async (name: string, write: (target: string) => Promise<void>) => {
    const target = path.join(folder, name);
    if (!existsSync(target)) {
      console.log(`  making ${target}`);
      await write(target);
    }
    return target;
  };
  return {
    base: await file("base.Q4_0.gguf", (target) =>
      writeRandomModel(target, SHAPES, { weight: 0.035, outputWeight: 0.035 }),
    ),
    bitDelta: await file("bit-delta.gguf", (target) => writeRandomBitDelta(target, SHAPES, { change: 0.0001 })),
    lora: await file("lora-16.gguf", (target) => writeRandomLora(target, SHAPES, LORA_RANK)),
  };
}
