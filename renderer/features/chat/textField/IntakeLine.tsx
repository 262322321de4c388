// The line below a text field about what came in: why it is not there, and what can be done.
import { X } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "../../../ui/Button";
import styles from "./IntakeLine.module.css";
import type { Intake } from "./useIntake";
import { t } from "../../../../electron/words/language";

export function IntakeLine({ intake }: { readonly intake: Intake }): ReactNode {
  const { sentence, insertBeginning, dismiss } = intake;
  return (
    <div className={styles.line} data-empty={sentence === null || undefined}>
      {/* There before it says something, so that it is said to screen readers as well. */}
      <output className={styles.sentence}>{sentence}</output>
      {insertBeginning !== null && <Button onClick={insertBeginning}>{t("Insert the beginning")}</Button>}
      {sentence !== null && (
        <button type="button" className={styles.dismiss} aria-label={t("Dismiss")} onClick={dismiss}>
          <X size={14} aria-hidden />
        </button>
      )}
    </div>
  );
}
