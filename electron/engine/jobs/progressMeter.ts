// Turns done/total into fraction, speed and time left for the window, at a bearable rate. Job process.
import type { JobProgress, JobStage } from "../../contract/jobs";

/** Ten a second are more than anyone sees. */
const INTERVAL_MS = 100;
/** Before this the speed is a guess. */
const SETTLE_MS = 1500;

export interface Amount {
  done: number;
  total: number;
  item: string;
}

/** One meter for one stage. `now` in milliseconds. */
export function progressMeter(
  stage: JobStage,
  unit: JobProgress["unit"],
  report: (progress: JobProgress) => void,
  now: () => number = () => performance.now(),
): (amount: Amount) => void {
  const startedMs = now();
  let toldMs = -Infinity;
  return ({ done, total, item }) => {
    const timeMs = now();
    const isComplete = done >= total;
    if (!isComplete && timeMs - toldMs < INTERVAL_MS) return;
    toldMs = timeMs;
    const elapsedMs = timeMs - startedMs;
    const perSecond = elapsedMs >= SETTLE_MS && done > 0 ? (done / elapsedMs) * 1000 : null;
    report({
      stage,
      fraction: total > 0 ? Math.min(1, done / total) : 0,
      item,
      unit,
      perSecond,
      secondsLeft: perSecond === null ? null : (total - done) / perSecond,
    });
  };
}
