// Adapters in GGUF: what is asked of one when it is added, and before it is used. Fit process.
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { DeltaId } from "../../electron/contract/ids";
import { loraContents } from "../../electron/testing/deltaGguf";
import { writeTinyModel } from "../../electron/testing/tinyGguf";
import { inputPart, MEGABYTE, type FuzzKind } from "../FuzzKind";
import { ggufSeed, mutateGguf, withHostileWeights } from "../mutate/gguf";
import { FitAsker } from "./fitProcess";

export const lora: FuzzKind = {
  name: "lora",
  count: 12_000,
  readBy: "child",
  memoryLimitBytes: 1_000 * MEGABYTE,
  async open(folder) {
    const fit = new FitAsker(path.join(folder, "scratch"));
    const file = path.join(folder, "adapter.gguf");
    const base = path.join(folder, "base.gguf");
    await writeTinyModel(base);
    const text = (value: string) => ({ type: "string", value }) as const;
    const seeds = [
      loraContents(),
      loraContents({ rank: 1, alpha: undefined }),
      loraContents({ rank: 16, seed: 2, alpha: 32 }),
      loraContents({ architecture: "qwen3" }),
      loraContents({
        metadata: {
          "general.base_model.count": { type: "uint32", value: 1 },
          "general.base_model.0.name": text("Base"),
        },
      }),
    ].map(ggufSeed);
    return {
      make(random) {
        const seed = random.of(seeds);
        const damaged = random.below(4) === 0 ? ggufSeed(withHostileWeights(seed.contents, random)) : seed;
        return { "adapter.gguf": mutateGguf(damaged, random, random.of(seeds)) };
      },
      async run(input) {
        await writeFile(file, inputPart(input, "adapter.gguf"));
        return fit.judge(
          { kind: "inspect-delta", path: file },
          { kind: "describe-delta", path: file },
          { kind: "match-deltas", modelPath: base, deltas: [{ deltaId: DeltaId.parse("d"), path: file }] },
        );
      },
    };
  },
};
