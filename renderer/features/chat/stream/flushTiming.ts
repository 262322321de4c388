// Times each flush of streamed text: how late its oldest token reached the DOM, and how long a pause its cost asks for.

/** Name of the performance entries that the benchmark reads: `detail` is ms from the sampler to the DOM. */
export const TOKEN_TO_DOM_MARK = "facet:token-to-dom";
/** A measurement, not a log: older entries are cleared. */
const MAX_MARKS = 2000;
/** A flush may take a third of the time at most, so that a long answer never makes the window sluggish. */
const PAUSE_PER_COST = 2;
const MAX_PAUSE_MS = 200;
/** Below this a flush fits in a frame beside everything else. */
const FREE_COST_MS = 6;

let open: { readonly oldestTokenAtMs: number; readonly startedAtMs: number } | null = null;
let pauseUntilMs = 0;
let marks = 0;

/** Text is about to be put into the store. */
export function recordFlush(oldestTokenAtMs: number): void {
  open = { oldestTokenAtMs, startedAtMs: performance.now() };
}

/** The text is in the DOM: called from the layout effect of whoever shows it. */
export function recordShown(): void {
  if (open === null) return;
  const nowMs = performance.now();
  const costMs = nowMs - open.startedAtMs;
  pauseUntilMs = costMs <= FREE_COST_MS ? 0 : nowMs + Math.min(MAX_PAUSE_MS, costMs * PAUSE_PER_COST);
  if (!document.hidden) {
    if (++marks > MAX_MARKS) {
      performance.clearMarks(TOKEN_TO_DOM_MARK);
      marks = 1;
    }
    performance.mark(TOKEN_TO_DOM_MARK, { detail: performance.timeOrigin + nowMs - open.oldestTokenAtMs });
  }
  open = null;
}

/** ms until the next flush should be applied; 0 = now. */
export function flushPauseMs(): number {
  return Math.max(0, pauseUntilMs - performance.now());
}
