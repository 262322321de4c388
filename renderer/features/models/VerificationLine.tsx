// What came of reading a model's file again, and how far that is.
import type { ModelDetails } from "../../../electron/contract/model";
import { t } from "../../../electron/words/language";
import { sentences } from "../../../electron/words/sentences";
import { failureText, withFileName } from "../../../electron/words/failureText";
import { FileTaskProgress } from "./FileTaskProgress";
import { useVerifyTask } from "./fileTasks";
import { useVerification } from "./installed";
import styles from "./InstalledRow.module.css";

export function VerificationLine({ details: { model } }: { readonly details: ModelDetails }) {
  const verification = useVerification(model.id);
  const task = useVerifyTask(model.id);
  if (task !== null) {
    return (
      <div className={styles.note}>
        <FileTaskProgress task={task} words={t("Reading the file again")} />
      </div>
    );
  }
  switch (verification?.kind) {
    case undefined:
    case "running":
      return null;
    case "good":
      return <output className={styles.note}>{t("The file is unchanged and complete.")}</output>;
    case "failed": {
      const { happened, data, advice } = failureText(withFileName(verification.failure, model.fileName));
      return (
        <p className={styles.problem} role="alert">
          {sentences(happened, data, advice)}
        </p>
      );
    }
  }
}
