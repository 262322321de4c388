// A thin bar: how far something is, or that it goes on when nobody knows how far.
import styles from "./ProgressBar.module.css";

interface ProgressBarProps {
  readonly label: string;
  /** 0…1; null = unknown. */
  readonly fraction: number | null;
}

export function ProgressBar({ label, fraction }: ProgressBarProps) {
  return <progress className={styles.bar} aria-label={label} {...(fraction === null ? {} : { value: fraction })} />;
}
