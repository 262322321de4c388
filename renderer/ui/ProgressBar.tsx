// A thin bar: how far something is, or that it goes on when nobody knows how far.
import styles from "./ProgressBar.module.css";

interface ProgressBarProps {
  readonly label: string;
  /** 0…1; null = unknown. */
  readonly fraction: number | null;
}

export function ProgressBar({ label, fraction }: ProgressBarProps) {
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={fraction === null ? undefined : Math.floor(fraction * 100)}
      className={styles.track}
    >
      <i
        className={fraction === null ? styles.unknown : styles.known}
        style={fraction === null ? undefined : { transform: `scaleX(${fraction})` }}
      />
    </div>
  );
}
