// Work on large files as main last sent it: what runs, how far, and how it is stopped. Renderer.
import { createStore, useStore } from "zustand";
import type { ModelId } from "../../../electron/contract/ids";
import type { FileTask, FileTaskId, SameFile } from "../../../electron/contract/importing";
import { call, callOrNotify } from "../../app/bridge";
import { formatBytesOf, formatByteSpeed, formatPercent, formatTimeLeft } from "../../../electron/words/quantities";

interface FileTaskState {
  readonly tasks: readonly FileTask[];
  readonly same: readonly SameFile[];
}

const fileTaskStore = createStore<FileTaskState>()(() => ({ tasks: [], same: [] }));

export function applyFileTasks(tasks: readonly FileTask[]): void {
  fileTaskStore.setState({ tasks });
}

export function applySameFiles(same: readonly SameFile[]): void {
  fileTaskStore.setState({ same });
}

/** What runs already when the window opens. */
export async function startFileTasks(): Promise<void> {
  const outcome = await call("fileTasks.list", undefined);
  if (outcome.ok) applyFileTasks(outcome.value);
}

/** Asks which installed models are the same file; what has to be read for that is read in the background. */
export async function compareFiles(): Promise<void> {
  const outcome = await call("models.sameFiles", undefined);
  if (outcome.ok) applySameFiles(outcome.value);
}

export function useFileTasks(kinds: readonly FileTask["kind"][]): readonly FileTask[] {
  // The selection would be a new array each time.
  const tasks = useStore(fileTaskStore, (state) => state.tasks);
  return tasks.filter(({ kind }) => kinds.includes(kind));
}

/** The check of a model's file, while it runs. */
export function useVerifyTask(modelId: ModelId): FileTask | null {
  return useStore(
    fileTaskStore,
    ({ tasks }) => tasks.find((task) => task.kind === "verify" && task.modelId === modelId) ?? null,
  );
}

export function useSameFile(modelId: ModelId): SameFile | null {
  return useStore(fileTaskStore, ({ same }) => same.find((one) => one.modelId === modelId) ?? null);
}

export function cancelFileTask(id: FileTaskId): void {
  void callOrNotify("fileTasks.cancel", { id });
}

export function fileTaskFraction({ doneBytes, totalBytes }: FileTask): number | null {
  return totalBytes === 0 ? null : Math.min(1, doneBytes / totalBytes);
}

/** Each piece stands on its own: "1.20 of 5.00 GB", "24%", "410 MB/s", "12 s left". */
export function fileTaskFacts(task: FileTask): string[] {
  const fraction = fileTaskFraction(task);
  if (fraction === null) return [];
  return [
    formatBytesOf(task.doneBytes, task.totalBytes),
    formatPercent(fraction),
    ...(task.bytesPerSecond === null ? [] : [formatByteSpeed(task.bytesPerSecond)]),
    ...(task.secondsLeft === null ? [] : [formatTimeLeft(task.secondsLeft)]),
  ];
}
