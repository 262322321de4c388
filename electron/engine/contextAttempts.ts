// What is tried, one after the other, when the system refuses the context that was planned. Pure.
import { MIN_LOAD_CONTEXT_TOKENS, type LoadChoice } from "../contract/loadSettings";

/**
 * As planned, then with one conversation, then with an exact KV cache: some back ends compute no quantized one, which says nothing about
 * memory. Then the same with half the size, and so on.
 */
export function* contextAttempts(planned: LoadChoice): Generator<LoadChoice> {
  yield planned;
  let contextSizeTokens = planned.contextSizeTokens;
  const isQuantized = planned.keyCacheType !== "f16" || planned.valueCacheType !== "f16";
  do {
    const one: LoadChoice = { ...planned, contextSizeTokens, conversations: 1 };
    if (planned.conversations > 1 || contextSizeTokens < planned.contextSizeTokens) yield one;
    if (isQuantized) yield { ...one, keyCacheType: "f16", valueCacheType: "f16" };
    contextSizeTokens = Math.floor(contextSizeTokens / 2);
  } while (contextSizeTokens >= MIN_LOAD_CONTEXT_TOKENS);
}
