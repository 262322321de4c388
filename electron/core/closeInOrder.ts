// Closes the parts of a program one after the other, without waiting forever.
import type { Log } from "./LogFile";

export type ClosingStep = readonly [name: string, close: () => Promise<unknown> | void];

/**
 * A step that fails is logged, and the next one runs all the same. After `timeoutMs` in all nothing is waited for any more: the steps
 * that are left are begun all the same, and the log says which one took too long.
 */
export async function closeInOrder(steps: readonly ClosingStep[], timeoutMs: number, log: Log): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (const [name, close] of steps) {
    const closing = Promise.resolve()
      .then(close)
      .catch((error: unknown) => log("error", "not closed", { part: name, error: String(error) }));
    let timer: NodeJS.Timeout | undefined;
    const isLate = await Promise.race([
      closing.then(() => false),
      new Promise<true>((resolve) => {
        timer = setTimeout(() => resolve(true), Math.max(0, deadline - Date.now()));
      }),
    ]);
    clearTimeout(timer);
    if (isLate) log("warn", "still closing, and no longer waited for", { part: name });
  }
}
