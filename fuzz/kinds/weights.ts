// Models whose weights are no sensible numbers, in a live engine: refused in words, or loaded and answering. Their files are well formed.
import path from "node:path";
import { ForkedEngine } from "../../electron/testing/ForkedEngine";
import { tinyModelContents, ggufBytes } from "../../electron/testing/tinyGguf";
import { tryModel } from "../../electron/testing/tryModel";
import { inputPart, MEGABYTE, type FuzzKind } from "../FuzzKind";
import { accepted, judgeFailure } from "../judge";
import { withHostileWeights } from "../mutate/gguf";

export const weights: FuzzKind = {
  name: "weights",
  count: 600,
  inputsPerProcess: 200,
  readBy: "child",
  // Two questions, each with a limit of its own.
  hangMs: 50_000,
  memoryLimitBytes: 1_000 * MEGABYTE,
  async open(folder) {
    let engine = new ForkedEngine();
    const seeds = [
      tinyModelContents(),
      tinyModelContents({ experts: 4 }),
      tinyModelContents({ architecture: "qwen3" }),
      tinyModelContents({ seed: 3, trainContextTokens: 512 }),
    ];
    return {
      make: (random) => ({ "model.gguf": ggufBytes(withHostileWeights(random.of(seeds), random)) }),
      async run(input) {
        if (!engine.isAlive) engine = new ForkedEngine();
        const bytes = new Uint8Array(inputPart(input, "model.gguf"));
        const came = await tryModel(
          engine,
          { name: "weights", outcome: "either", bytes: () => bytes },
          path.resolve(folder),
        );
        if (came.kind === "answered") return accepted;
        if (came.kind !== "lost") return judgeFailure(came.failure);
        await engine.stop();
        return {
          kind: "fault",
          fault: came.answer.kind === "silent" ? "hang" : "crash",
          detail: `${JSON.stringify(came.answer)} ${came.log}`.slice(0, 2000),
        };
      },
      close: () => engine.stop(),
    };
  },
};
