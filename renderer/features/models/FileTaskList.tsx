// Work on files that runs now, above the list of what it works on: models, or fine-tunes.
import type { FileTask } from "../../../electron/contract/importing";
import { t } from "../../../electron/words/language";
import { FileTaskProgress } from "./FileTaskProgress";
import { useFileTasks } from "./fileTasks";
import styles from "./FileTaskList.module.css";

interface FileTaskListProps {
  readonly kinds: readonly FileTask["kind"][];
}

export function FileTaskList({ kinds }: FileTaskListProps) {
  const tasks = useFileTasks(kinds);
  if (tasks.length === 0) return null;
  return (
    <ul className={styles.list} aria-label={t("Work on files")}>
      {tasks.map((task) => (
        <li key={task.id}>
          <FileTaskProgress task={task} words={taskWords(task)} />
        </li>
      ))}
    </ul>
  );
}

function taskWords({ kind, title, failure }: FileTask): string {
  switch (kind) {
    case "copy":
      return failure === null ? t("Copying {title}", { title }) : t("{title} wasn’t copied", { title });
    case "add-fine-tune":
      return t("Adding {title}", { title });
    case "write-fine-tune":
      return t("Writing {title}", { title });
    case "move":
      return failure === null ? t("Moving the models to {folder}", { folder: title }) : t("The models weren’t moved");
    case "compare":
      return t("Comparing files of the same size");
    case "verify":
      return t("Verifying {title}", { title });
  }
}
