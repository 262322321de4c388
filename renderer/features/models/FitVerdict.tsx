// The dot and the words of a verdict; its numbers appear under the pointer or the focus.
import type { ReactNode } from "react";
import { t } from "../../../electron/words/language";
import { FitDetails } from "./FitDetails";
import styles from "./FitVerdict.module.css";
import type { ShownFit } from "./fits";
import { fitTone, fitWords } from "../../../electron/words/fitWords";

interface FitVerdictProps {
  readonly shown: ShownFit;
  /** In place of the usual words: with the variant's name, say. */
  readonly words?: string;
  /** Drawn before the words, inside what can be pointed at: the bar. */
  readonly before?: ReactNode;
  readonly className?: string | undefined;
}

export function FitVerdict({ shown: { fit, current }, words, before, className }: FitVerdictProps) {
  if (fit === null) {
    return (
      <span className={`${styles.verdict} ${className ?? ""}`}>
        {before}
        <span className={styles.words} data-waiting="">
          <i className={styles.dot} />
          {t("Checking")}
        </span>
      </span>
    );
  }
  return (
    <FitDetails fit={fit}>
      <button type="button" className={`${styles.verdict} ${className ?? ""}`}>
        {before}
        <span className={styles.words} data-waiting={current ? undefined : ""}>
          <i className={styles.dot} data-tone={fitTone(fit)} />
          {words ?? fitWords(fit)}
        </span>
      </button>
    </FitDetails>
  );
}
