// One fine-tune in a list: its hue, its name, its kind, and a word about it.
import type { StackEntry } from "../../../../electron/contract/deltas";
import { kindWords } from "../../deltas/stackWords";
import styles from "./FineTuneLine.module.css";
import { t } from "../../../../electron/words/language";

interface FineTuneLineProps {
  /** null: the base. */
  readonly entry: StackEntry | null;
  readonly note?: string;
  readonly isUnfit?: boolean;
}

export function FineTuneLine({ entry, note, isUnfit = false }: FineTuneLineProps) {
  return (
    <span className={styles.line} data-hue={entry?.hue ?? "base"} data-unfit={isUnfit || undefined}>
      <i className={styles.dot} />
      <span className={styles.words}>
        <span className={styles.first}>
          <span className={styles.name}>{entry?.name ?? t("Base")}</span>
          <span className={styles.kind}>{entry === null ? t("no fine-tune") : kindWords(entry)}</span>
        </span>
        {note === undefined ? null : <small className={styles.note}>{note}</small>}
      </span>
    </span>
  );
}
