// How far a file task is, in a bar and in words, with the button that stops it.
import { X } from "lucide-react";
import { t } from "../../../electron/words/language";
import type { FileTask } from "../../../electron/contract/importing";
import { failureParagraph } from "../../../electron/words/failureText";
import { IconButton } from "../../ui/IconButton";
import { ProgressBar } from "../../ui/ProgressBar";
import { cancelFileTask, fileTaskFacts, fileTaskFraction } from "./fileTasks";
import styles from "./FileTaskProgress.module.css";

interface FileTaskProgressProps {
  readonly task: FileTask;
  /** "Copying SmolLM2 135M". */
  readonly words: string;
}

export function FileTaskProgress({ task, words }: FileTaskProgressProps) {
  const { id, failure } = task;
  return (
    <div className={styles.task}>
      <div className={styles.line}>
        <b>{words}</b>
        <IconButton
          name={failure === null ? t("Cancel: {task}", { task: words }) : t("Dismiss: {task}", { task: words })}
          icon={<X size={15} />}
          onClick={() => cancelFileTask(id)}
        />
      </div>
      {failure === null ? (
        <>
          <ProgressBar label={words} fraction={fileTaskFraction(task)} />
          <p className={styles.facts}>
            {fileTaskFacts(task).map((fact) => (
              <span key={fact}>{fact}</span>
            ))}
          </p>
        </>
      ) : (
        <p className={styles.problem} role="alert">
          {failureParagraph(failure)}
        </p>
      )}
    </div>
  );
}
