// What may be tried once a day: a file remembers when. Scripts only.
import { stat, utimes, writeFile } from "node:fs/promises";

const DAY_MS = 24 * 60 * 60 * 1000;

/** True once in 24 hours, and then this is the try. `file` is made; its folder must be there. */
export async function mayTry(file: string, nowMs: number): Promise<boolean> {
  const triedMs = await stat(file).then(
    ({ mtimeMs }) => mtimeMs,
    () => -Infinity,
  );
  // One from the future is of a clock that was wrong.
  if (triedMs <= nowMs && nowMs - triedMs < DAY_MS) return false;
  try {
    await writeFile(file, "");
    await utimes(file, nowMs / 1000, nowMs / 1000);
    return true;
  } catch {
    // Else it would be tried each time.
    return false;
  }
}
