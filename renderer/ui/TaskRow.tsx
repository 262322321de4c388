// A row for something that takes its time: what it is, what can be done, how far it is, what went wrong.
import { Check } from "lucide-react";
import type { ReactNode } from "react";
import { ProgressBar } from "./ProgressBar";
import styles from "./TaskRow.module.css";

interface TaskRowProps {
  readonly title: string;
  /** Smaller, beside the title: where it comes from, what is done. */
  readonly detail: string;
  /** "done": a check in place of the bar. "waiting": no bar. Else 0…1, null = nobody knows how far. */
  readonly progress: "done" | "waiting" | number | null;
  /** Each piece stands on its own: "1.2 of 5.0 GB", "24 MB/s", "2 min 40 s left". */
  readonly facts: readonly string[];
  /** What went wrong and what to do. */
  readonly problem: string | null;
  /** Folded away below the problem. */
  readonly problemDetails?: ReactNode;
  readonly actions: ReactNode;
  /** Between the title and the bar. */
  readonly children?: ReactNode;
}

export function TaskRow({ title, detail, progress, facts, problem, problemDetails, actions, children }: TaskRowProps) {
  return (
    <li className={styles.row} data-problem={problem !== null || undefined}>
      <div className={styles.words}>
        <b>{title}</b>
        <span className={styles.detail}>{detail}</span>
      </div>
      <div className={styles.actions}>{actions}</div>
      <div className={styles.progress}>
        {children}
        {progress !== "done" && progress !== "waiting" && <ProgressBar label={title} fraction={progress} />}
        {facts.length > 0 && (
          <p className={styles.facts}>
            {progress === "done" && <Check size={13} />}
            {facts.map((fact) => (
              <span key={fact}>{fact}</span>
            ))}
          </p>
        )}
        {problem !== null && (
          <p className={styles.problem} role="alert">
            {problem}
          </p>
        )}
        {problemDetails}
      </div>
    </li>
  );
}
