// The yardstick for the engine: node-llama-cpp in plain Node with nothing of ours around it.
import { performance } from "node:perf_hooks";
import {
  getLlama,
  LlamaLogLevel,
  type LlamaContextSequence,
  type LlamaModel,
  type SequenceEvaluateOptions,
  type Token,
} from "node-llama-cpp";

/** Tokens per second. */
export interface Speeds {
  prefill: number;
  decode: number;
}

export interface BareModel {
  model: LlamaModel;
  sequence: LlamaContextSequence;
  dispose(): Promise<void>;
}

export async function loadBare(
  modelPath: string,
  { contextSizeTokens, threads }: { contextSizeTokens: number; threads: number },
): Promise<BareModel> {
  const llama = await getLlama({ gpu: false, build: "never", logLevel: LlamaLogLevel.error, maxThreads: 0 });
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

/** Reads the prompt in one go, writes `answerTokens` tokens. `sampling` is given the answer so far, which grows. */
export async function measureBare(
  { sequence }: BareModel,
  prompt: readonly Token[],
  answerTokens: number,
  sampling: (answer: readonly Token[]) => SequenceEvaluateOptions,
): Promise<Speeds> {
  await sequence.clearHistory();
  const answer: Token[] = [];
  let firstAtMs = 0;
  let lastAtMs = 0;
  const startedAtMs = performance.now();
  for await (const token of sequence.evaluate([...prompt], sampling(answer))) {
    lastAtMs = performance.now();
    if (answer.length === 0) firstAtMs = lastAtMs;
    answer.push(token);
    if (answer.length === answerTokens) break;
  }
  if (answer.length < answerTokens)
    throw new Error(`The bare answer ended after ${answer.length} tokens, too early to measure`);
  return {
    prefill: (prompt.length * 1000) / (firstAtMs - startedAtMs),
    decode: ((answer.length - 1) * 1000) / (lastAtMs - firstAtMs),
  };
}
