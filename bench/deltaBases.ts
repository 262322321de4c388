// Whether a delta knows its base in every quantization, and refuses the fine-tune that it was made from: on a real pair.
// node scripts/run.mjs bench/deltaBases.ts <1-bit delta>, with FACET_FINE_TUNE_PAIR as bench/fineTune/README.md says.
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { requantize } from "../e2e/f16Model";
import { loadNativeAddon } from "../electron/engine/jobs/nativeAddon";
import { fineTunePair } from "./fineTunePair";

const TYPES = ["Q8_0", "Q6_K", "Q5_K_M", "Q4_K_M", "Q4_0", "Q3_K_M"];

async function deltaBases(delta: string): Promise<void> {
  const pair = fineTunePair();
  const addon = loadNativeAddon(process.cwd());
  const folder = await mkdtemp(path.join(os.tmpdir(), "facet-bases-"));
  let wrong = 0;
  const check = async (what: string, model: string, isBase: boolean) => {
    const { verdict, distance, distanceAllowed, along } = await addon.checkDeltaBase({ delta, model });
    const isRight = isBase ? verdict === "same" : verdict === "is-fine-tune" || verdict === "trained-further";
    if (!isRight) wrong++;
    console.log(
      `${what.padEnd(20)} ${verdict.padEnd(16)} distance ${distance.toFixed(4)} of ${distanceAllowed.toFixed(4)}, along ${along.toFixed(3)}${isRight ? "" : "  WRONG"}`,
    );
  };
  try {
    for (const [name, model, isBase] of [
      ["base", pair.base, true],
      ["fine-tune", pair.fineTune, false],
    ] as const) {
      await check(`${name} F16`, model, isBase);
      for (const type of TYPES) {
        const quantized = path.join(folder, "quantized.gguf");
        await requantize(model, quantized, type);
        await check(`${name} ${type}`, quantized, isBase);
        await rm(quantized);
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  if (wrong > 0) throw new Error(`${wrong} verdicts are wrong`);
}

const [delta] = process.argv.slice(2);
if (delta === undefined) throw new Error("Usage: node scripts/run.mjs bench/deltaBases.ts <1-bit delta>");
await deltaBases(path.resolve(delta));
