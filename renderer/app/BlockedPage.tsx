// The whole window when the data folder cannot be used: nothing could be kept, so nothing is offered but the way out.
import type { Failure } from "../../electron/contract/failure";
import { Button } from "../ui/Button";
import { FailureDetails } from "../ui/FailureDetails";
import { callOrNotify } from "./bridge";
import styles from "./BlockedPage.module.css";
import { failureText } from "../../electron/words/failureText";
import { t } from "../../electron/words/language";
import { sentences } from "../../electron/words/sentences";

export function BlockedPage({ failure }: { readonly failure: Failure }) {
  const text = failureText(failure);
  return (
    <main className={styles.page}>
      <h1>{text.happened}</h1>
      <p>{sentences(text.data, text.advice)}</p>
      <FailureDetails failure={failure} />
      <Button look="primary" onClick={() => void callOrNotify("app.quit", undefined)}>
        {t("Quit Facet")}
      </Button>
    </main>
  );
}
