// Shown when the window could not learn from main what to draw: the only screen without a store behind it.
import { Button } from "../ui/Button";
import styles from "./BlockedPage.module.css";
import { t } from "../../electron/words/language";

export function StartFailed({ error }: { readonly error: unknown }) {
  return (
    <main className={styles.page}>
      <h1>{t("Facet couldn’t open its window")}</h1>
      <p>{t("Your chats are safe. Close Facet and open it again. If that doesn’t help, look at its logs.")}</p>
      <details className={styles.details}>
        <summary>{t("Show details")}</summary>
        <pre>{error instanceof Error ? error.message : String(error)}</pre>
      </details>
      <Button look="primary" onClick={() => location.reload()}>
        {t("Try again")}
      </Button>
    </main>
  );
}
