// Work on files that runs now, above the list of what it works on: models, or fine-tunes.
import type { FileTask } from "../../../electron/contract/importing";
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
    <ul className={styles.list} aria-label="Work on files">
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
      return failure === null ? `Copying ${title}` : `${title} was not copied`;
    case "add-fine-tune":
      return `Adding ${title}`;
    case "write-fine-tune":
      return `Writing ${title}`;
    case "move":
      return failure === null ? `Moving the models to ${title}` : "The models were not moved";
    case "compare":
      return "Comparing files of the same size";
    case "verify":
      return `Verifying ${title}`;
  }
}
