// Bytes per second over the last few seconds. Pure; time is given.

/** Long enough to be calm, short enough to show that a line got slower. */
const WINDOW_MS = 5000;
/** Below this, a figure would jump about. */
const FIRST_FIGURE_AFTER_MS = 1000;

export class SpeedMeter {
  #samples: { atMs: number; bytes: number }[] = [];
  #startMs: number | null = null;

  add(bytes: number, nowMs: number): void {
    this.#startMs ??= nowMs;
    const last = this.#samples.at(-1);
    // A sample per 100 ms is enough; pieces come some thousand times a second.
    if (last && nowMs - last.atMs < 100) last.bytes += bytes;
    else this.#samples.push({ atMs: nowMs, bytes });
    if (this.#samples.length > WINDOW_MS / 50) this.#forget(nowMs);
  }

  bytesPerSecond(nowMs: number): number | null {
    if (this.#startMs === null || nowMs - this.#startMs < FIRST_FIGURE_AFTER_MS) return null;
    this.#forget(nowMs);
    const bytes = this.#samples.reduce((sum, sample) => sum + sample.bytes, 0);
    return (bytes * 1000) / Math.min(WINDOW_MS, nowMs - this.#startMs);
  }

  #forget(nowMs: number): void {
    this.#samples = this.#samples.filter(({ atMs }) => nowMs - atMs < WINDOW_MS);
  }
}
