// One line on the terminal for each set-up step: what it is, what came of it, how long it took. Scripts only.

import { StepError } from "./StepError.mjs";

/** Steps faster than this had nothing to do; their time is not worth printing. */
const SHORT_STEP_MS = 500;

export { StepError };

/** Runs `work` and returns what it made; prints "✓ title: result in words (time)". `say` prints a line while it is under way. */
export async function step<Result>(
  title: string,
  work: (say: (line: string) => void) => Promise<Result>,
  inWords: (result: Result) => string = String,
): Promise<Result> {
  const startedMs = performance.now();
  const result = await work((line) => console.log(`· ${title}: ${line}`));
  const tookMs = performance.now() - startedMs;
  console.log(`✓ ${title}: ${inWords(result)}${tookMs < SHORT_STEP_MS ? "" : ` (${(tookMs / 1000).toFixed(1)} s)`}`);
  return result;
}

/** Ends the process: expected failures with their sentence, bugs with their stack. */
export function exitWith(error: unknown): never {
  console.error(error instanceof StepError ? `✗ ${error.message}` : error);
  process.exit(1);
}
