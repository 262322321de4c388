// The technical line of a failure, folded away until somebody asks for it.
import type { Failure } from "../../electron/contract/failure";
import styles from "./FailureDetails.module.css";

export function FailureDetails({ failure }: { readonly failure: Failure }) {
  if (failure.cause === undefined) return null;
  return (
    <details className={styles.details}>
      <summary>Show details</summary>
      {/* Focusable, so that the keyboard can scroll a long line. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <pre tabIndex={0} aria-label="Details">
        {failure.code}: {failure.cause}
      </pre>
    </details>
  );
}
