// A grammar can lead to a place where no token fits. node-llama-cpp (3.22.1, pinned) then rejects a promise that nobody holds, which
// ends the process, and its evaluation never ends: sampling that fails is given the value that the library itself has for that. Engine process.
import type { LlamaContextSequence } from "node-llama-cpp";

/** No token fits the grammar. */
export class NoTokenFits extends Error {
  constructor() {
    super("The answer came to a place where no token fits.");
  }
}

/** What the library's evaluation throws for NOTHING_SAMPLED. */
const LIBRARY_WORDS = "Failed to sample next token";
const NOTHING_SAMPLED = -1;
const prepared = new WeakSet<object>();

/** Like `evaluation`, which has a grammar, but throws NoTokenFits where it would hang. */
export async function* endingAtDeadEnds<Value, Next>(
  sequence: LlamaContextSequence,
  evaluation: AsyncGenerator<Value, void, Next>,
): AsyncGenerator<Value, void, Next> {
  catchSampling(sequence);
  try {
    yield* evaluation;
  } catch (error) {
    throw error instanceof Error && error.message === LIBRARY_WORDS ? new NoTokenFits() : error;
  }
}

function catchSampling(sequence: LlamaContextSequence): void {
  const inside: unknown = Reflect.get(sequence.context, "_ctx");
  if (typeof inside !== "object" || inside === null || prepared.has(inside)) return;
  const sample: unknown = Reflect.get(inside, "sampleToken");
  if (typeof sample !== "function") return;
  prepared.add(inside);
  const sampleOrNothing = async (...given: unknown[]): Promise<unknown> => {
    try {
      return await Reflect.apply(sample, inside, given);
    } catch {
      return NOTHING_SAMPLED;
    }
  };
  // Its prototype's own may not be written over by a plain assignment.
  Object.defineProperty(inside, "sampleToken", { value: sampleOrNothing });
}
