// Shown when the window could not learn from main what to draw: the only screen without a store behind it.
import { Button } from "../ui/Button";
import styles from "./BlockedPage.module.css";

export function StartFailed({ error }: { readonly error: unknown }) {
  return (
    <main className={styles.page}>
      <h1>Facet could not open its window</h1>
      <p>Your chats are safe. Close Facet and open it again; if it goes on, look into its logs.</p>
      <details className={styles.details}>
        <summary>Show details</summary>
        <pre>{error instanceof Error ? error.message : String(error)}</pre>
      </details>
      <Button look="primary" onClick={() => location.reload()}>
        Try again
      </Button>
    </main>
  );
}
