// How many questions of the fine-tune's task a model answers rightly, with or without a delta, by the engine's own runtime.
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { getLlama, LlamaLogLevel, type ControlledEvaluateInputItem } from "node-llama-cpp";
import { ChatId, DeltaId } from "../electron/contract/ids";
import { availableMemory } from "../electron/engine/availableMemory";
import { useDeltaKernels } from "../electron/engine/deltaKernels";
import { DeltaRuntime } from "../electron/engine/deltas/DeltaRuntime";
import { ANSWER_END, promptOf, type TaskQuestion } from "./fineTune/taskQuestions";

const CONTEXT_TOKENS = 512;
const never = new AbortController().signal;

/**
 * Share of the questions whose greedy answer is right, character for character, 0 to 1. Writing the tokens one by one would give the
 * same: greedy decoding writes the right answer exactly when each of its tokens is the most likely one after those before it, and
 * that takes one evaluation of question and answer.
 */
export async function taskAccuracy(
  modelPath: string,
  delta: string | null,
  questions: readonly TaskQuestion[],
  threads: number,
): Promise<number> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "facet-accuracy-"));
  const llama = await getLlama({ gpu: false, build: "never", logLevel: LlamaLogLevel.error, maxThreads: 0 });
  useDeltaKernels(() => undefined);
  try {
    const model = await llama.loadModel({ modelPath });
    const context = await model.createContext({ contextSize: CONTEXT_TOKENS, sequences: 1, threads });
    const runtime = new DeltaRuntime({
      model,
      context,
      modelPath,
      conversations: 1,
      stateFolder: path.join(folder, "state"),
      freeBytes: async () => (await availableMemory()).availableBytes,
      log: (level, message) => {
        if (level === "error") console.log(`  ${message}`);
      },
      onChanged: () => undefined,
    });
    const stack = delta === null ? [] : [{ deltaId: DeltaId.parse("delta"), name: "delta", path: delta, scale: 1 }];
    const bos = model.tokens.bos === null ? [] : [model.tokens.bos];
    let right = 0;
    for (const question of questions) {
      const prompt = [...bos, ...model.tokenize(promptOf(question), true)];
      const answer = [...model.tokenize(question.answer, false), ...model.tokenize(ANSWER_END, true)];
      const tokens = [...prompt, ...answer];
      const prepared = await runtime.prepare(stack, { chatId: ChatId.parse("questions"), tokens }, never);
      if (!prepared.ok) throw new Error(JSON.stringify(prepared.failure));
      const { sequence } = prepared.value;
      await sequence.clearHistory();
      const asked = tokens
        .slice(0, -1)
        .map((token, index): ControlledEvaluateInputItem =>
          index < prompt.length - 1 ? token : [token, { generateNext: { token: true } }],
        );
      const said = await sequence.controlledEvaluate(asked);
      if (answer.every((token, index) => said[prompt.length - 1 + index]?.next.token === token)) right++;
    }
    runtime.dispose();
    return right / questions.length;
  } finally {
    await llama.dispose();
    await rm(folder, { recursive: true, force: true });
  }
}
