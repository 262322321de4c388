// The dot and the words of a verdict; its numbers appear under the pointer or the focus, and after a click.
import type { ReactNode } from "react";
import { t } from "../../../electron/words/language";
import { FitDetails } from "./FitDetails";
import styles from "./FitVerdict.module.css";
import type { ShownFit } from "./fits";
import { fitTone, fitWords, type FitTone } from "../../../electron/words/fitWords";

interface FitVerdictProps {
  readonly shown: ShownFit;
  /** In place of the usual words. */
  readonly words?: string | undefined;
  readonly tone?: FitTone | undefined;
  /** Quieter, below the words: how fast it is, say. */
  readonly note?: string | null | undefined;
  /** Drawn before the words, inside what can be pointed at: the bar. */
  readonly before?: ReactNode;
  readonly className?: string | undefined;
}

export function FitVerdict({ shown: { fit, current }, words, tone, note, before, className }: FitVerdictProps) {
  if (fit === null) {
    return (
      <span className={`${styles.verdict} ${className ?? ""}`}>
        {before}
        <span className={styles.words} data-waiting="">
          <i className={styles.dot} data-tone={tone} />
          {words ?? t("Checking")}
        </span>
      </span>
    );
  }
  return (
    <FitDetails fit={fit}>
      <button type="button" className={`${styles.verdict} ${className ?? ""}`}>
        {before}
        <span className={styles.words} data-waiting={current ? undefined : ""}>
          <i className={styles.dot} data-tone={tone ?? fitTone(fit)} />
          <span>
            {words ?? fitWords(fit)}
            {typeof note === "string" && <small className={styles.note}>{note}</small>}
          </span>
        </span>
      </button>
    </FitDetails>
  );
}
