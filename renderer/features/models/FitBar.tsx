// What a model takes of this machine's memory: one stacked bar, and a line where the free memory ends.
import type { Fit } from "../../../electron/contract/fit";
import styles from "./FitBar.module.css";
import { freeBytes, totalBytes } from "../../../electron/words/fitWords";

interface FitBarProps {
  readonly fit: Fit | null;
  /** False: the verdict is for other settings than those set now; a new one is on its way. */
  readonly current: boolean;
}

export function FitBar({ fit, current }: FitBarProps) {
  if (fit === null || fit.parts === null)
    return <span className={styles.bar} data-waiting={fit === null || undefined} aria-hidden />;
  const {
    weightsBytes,
    weightCopiesBytes,
    vocabularyBytes,
    kvCacheBytes,
    checkpointsBytes,
    computeBuffersBytes,
    deltasBytes,
    engineProcessBytes,
  } = fit.parts;
  const free = freeBytes(fit.machine);
  const total = Math.max(totalBytes(fit.machine), free);
  // What lies beyond the line is one red piece: whatever it is made of, it is too much.
  const segments = cutAt(free, [
    { name: "weights", bytes: weightsBytes + weightCopiesBytes },
    { name: "cache", bytes: kvCacheBytes + checkpointsBytes },
    { name: "buffers", bytes: computeBuffersBytes + vocabularyBytes + deltasBytes + engineProcessBytes },
  ]);
  const share = (bytes: number) => `${(Math.min(bytes, total) / total) * 100}%`; // not translated
  return (
    <span className={styles.bar} data-old={!current || undefined} aria-hidden>
      <span className={styles.segments}>
        {segments.map(({ name, bytes }) => (
          <i key={name} data-part={name} style={{ width: share(bytes) }} />
        ))}
      </span>
      <i className={styles.line} style={{ insetInlineStart: share(free) }} />
    </span>
  );
}

interface Segment {
  readonly name: string;
  readonly bytes: number;
}

function cutAt(limitBytes: number, segments: readonly Segment[]): Segment[] {
  const cut: Segment[] = [];
  let sum = 0;
  for (const { name, bytes } of segments) {
    cut.push({ name, bytes: Math.min(bytes, Math.max(0, limitBytes - sum)) });
    sum += bytes;
  }
  return [...cut, { name: "excess", bytes: Math.max(0, sum - limitBytes) }].filter(({ bytes }) => bytes > 0);
}
