// Model files: what the list, the pages and a verdict ask of them. Fit process.
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { ggufsByKind } from "../../electron/testing/ggufKinds";
import { tinyModelContents } from "../../electron/testing/tinyGguf";
import { inputPart, MEGABYTE, type FuzzKind } from "../FuzzKind";
import { ggufSeed, mutateGguf } from "../mutate/gguf";
import { FitAsker } from "./fitProcess";

const ARCHITECTURES = ["llama", "qwen3", "gemma3", "phi3", "mamba", "qwen35", "deepseek2", "gpt-oss"];

export const gguf: FuzzKind = {
  name: "gguf",
  count: 14_000,
  readBy: "child",
  memoryLimitBytes: 1_000 * MEGABYTE,
  async open(folder) {
    const fit = new FitAsker(path.join(folder, "scratch"));
    const file = path.join(folder, "model.gguf");
    const seeds = [
      ...ARCHITECTURES.map((architecture) => tinyModelContents({ architecture, width: 32 })),
      tinyModelContents({ experts: 4, width: 32 }),
      ...Object.values(ggufsByKind).flatMap((headers) => Object.values(headers).map((header) => header())),
    ].map(ggufSeed);
    return {
      make: (random) => ({ "model.gguf": mutateGguf(random.of(seeds), random, random.of(seeds)) }),
      async run(input) {
        const bytes = inputPart(input, "model.gguf");
        await writeFile(file, bytes);
        const part = { path: file, sizeBytes: bytes.length };
        return fit.judge(
          { kind: "describe", part },
          { kind: "stub", parts: [part], folder: path.join(folder, "stub") },
          { kind: "preview-pair", basePath: file, fineTunePath: file },
        );
      },
    };
  },
};
