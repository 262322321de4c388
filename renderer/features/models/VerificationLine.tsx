// What came of reading a model's file again.
import type { ModelDetails } from "../../../electron/contract/model";
import { failureText, withFileName } from "../../app/failureText";
import { FileTaskProgress } from "./FileTaskProgress";
import { useVerifyTask } from "./fileTasks";
import { useVerification } from "./installed";
import styles from "./InstalledRow.module.css";

export function VerificationLine({ details: { model } }: { readonly details: ModelDetails }) {
  const verification = useVerification(model.id);
  const task = useVerifyTask(model.id);
  if (verification === null) return null;
  switch (verification.kind) {
    case "running":
      return (
        <div className={styles.note}>
          {task === null ? <output>Reading the file again</output> : <FileTaskProgress task={task} words="Reading the file again" />}
        </div>
      );
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
