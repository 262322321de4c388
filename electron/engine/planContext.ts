// Chooses the context size before anything is loaded: what is wished, what the model can, what memory allows. Engine process.
import { fail, succeed, type Outcome } from "../contract/failure";
import type { LoadedModel } from "../contract/model";

/** Below this a chat is not worth having. */
export const MIN_CONTEXT_TOKENS = 512;
/** llama.cpp pads context sizes to multiples of this. */
const CONTEXT_STEP_TOKENS = 256;
/** Left to the window, the system, and to estimates that are a little low. */
const MEMORY_RESERVE_BYTES = 512 * 1024 * 1024;

export interface ContextPlan {
  contextSizeTokens: number;
  reason: LoadedModel["contextSizeReason"];
}

export interface MemoryEstimates {
  /** undefined where unknown: an unknown estimate never blocks. */
  weightsBytes: number | undefined;
  contextBytes: (contextSizeTokens: number) => Promise<number | undefined>;
  availableBytes: number;
}

/** Failure: model-too-large-for-memory, when the weights and the smallest context clearly do not fit. */
export async function planContext(
  wishedTokens: number,
  trainTokens: number | undefined,
  memory: MemoryEstimates,
): Promise<Outcome<ContextPlan>> {
  const limit = Math.min(wishedTokens, trainTokens ?? wishedTokens);
  const largest: ContextPlan = { contextSizeTokens: limit, reason: limit < wishedTokens ? "model" : "target" };
  if (memory.weightsBytes === undefined) return succeed(largest);

  const roomBytes = memory.availableBytes - memory.weightsBytes;
  const least = Math.min(MIN_CONTEXT_TOKENS, limit);
  const leastBytes = await memory.contextBytes(least);
  if (leastBytes === undefined) return succeed(largest);
  if (leastBytes > roomBytes)
    return fail("model-too-large-for-memory", {
      neededBytes: String(memory.weightsBytes + leastBytes),
      weightsBytes: String(memory.weightsBytes),
      availableBytes: String(memory.availableBytes),
    });

  const fits = async (tokens: number) => ((await memory.contextBytes(tokens)) ?? 0) <= roomBytes - MEMORY_RESERVE_BYTES;
  if (await fits(limit)) return succeed(largest);
  // Memory grows with the context size, so halving the interval finds the largest that fits.
  let low = Math.ceil(least / CONTEXT_STEP_TOKENS);
  let high = Math.floor(limit / CONTEXT_STEP_TOKENS);
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (await fits(middle * CONTEXT_STEP_TOKENS)) low = middle;
    else high = middle - 1;
  }
  return succeed({ contextSizeTokens: Math.max(least, low * CONTEXT_STEP_TOKENS), reason: "memory" });
}
