// The yardstick for the engine: node-llama-cpp in plain Node with nothing of ours around it.
import { performance } from "node:perf_hooks";
import { getLlama, LlamaLogLevel, type LlamaContextSequence, type LlamaModel, type SequenceEvaluateOptions } from "node-llama-cpp";

export interface BareModel {
  model: LlamaModel;
  sequence: LlamaContextSequence;
  dispose(): Promise<void>;
}

export async function loadBare(modelPath: string, { contextSizeTokens, threads }: { contextSizeTokens: number; threads: number }): Promise<BareModel> {
  const llama = await getLlama({ gpu: false, build: "never", logLevel: LlamaLogLevel.error });
  const model = await llama.loadModel({ modelPath });
  const context = await model.createContext({ contextSize: contextSizeTokens, threads });
  return {
    model,
    sequence: context.getSequence(),
    dispose: async () => {
      await context.dispose();
      await model.dispose();
      await llama.dispose();
    },
  };
}

/** Tokens per second for reading a prompt and for writing `answerTokens` tokens after it. */
export async function measureBare(
  { sequence }: BareModel,
  prompt: readonly number[],
  answerTokens: number,
  sampling: SequenceEvaluateOptions,
): Promise<{ prefill: number; decode: number }> {
  await sequence.clearHistory();
  let firstAtMs = 0;
  let lastAtMs = 0;
  let count = 0;
  const startedAtMs = performance.now();
  for await (const _token of sequence.evaluate([...prompt] as Parameters<LlamaContextSequence["evaluate"]>[0], sampling)) {
    lastAtMs = performance.now();
    if (count === 0) firstAtMs = lastAtMs;
    count += 1;
    if (count === answerTokens) break;
  }
  return {
    prefill: (prompt.length * 1000) / (firstAtMs - startedAtMs),
    decode: ((count - 1) * 1000) / (lastAtMs - firstAtMs),
  };
}
