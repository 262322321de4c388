// A technical text, folded away until somebody asks for it.
import styles from "./TextDetails.module.css";
import { t } from "../../electron/words/language";

export function TextDetails({ text }: { readonly text: string }) {
  return (
    <details className={styles.details}>
      <summary>{t("Show details")}</summary>
      {/* Focusable, so that the keyboard can scroll a long line. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <pre tabIndex={0} aria-label={t("Details")}>
        {text}
      </pre>
    </details>
  );
}
