// What came of reading a model's file again.
import type { ModelDetails } from "../../../electron/contract/model";
import { failureText, withFileName } from "../../app/failureText";
import { useVerification } from "./installed";
import styles from "./InstalledRow.module.css";

export function VerificationLine({ details: { model } }: { readonly details: ModelDetails }) {
  const verification = useVerification(model.id);
  if (verification === null) return null;
  switch (verification.kind) {
    case "running":
      return <output className={styles.note}>Reading the file again</output>;
    case "good":
      return <output className={styles.note}>The file is what it should be.</output>;
    case "failed": {
      const { happened, data, advice } = failureText(withFileName(verification.failure, model.fileName));
      return (
        <p className={styles.problem} role="alert">
          {happened} {data} {advice}
        </p>
      );
    }
  }
}
