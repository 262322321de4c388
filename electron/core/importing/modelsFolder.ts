// The models folder as a whole: repaired at start, moved when the user asks for it.
import path from "node:path";
import { fail, failure, type Failure, type Outcome } from "../../contract/failure";
import type { FileTask } from "../../contract/importing";
import { dataPaths } from "../dataFolder";
import { finishCopies } from "./copyIntoModelsFolder";
import { finishMove, moveModelsFolder, realModelsFolder, type ModelsPlace } from "./moveModelsFolder";
import type { Log } from "../LogFile";
import type { Parts } from "../Parts";
import type { UnfinishedFiles } from "../UnfinishedFiles";

/** File tasks that the folder may be moved beneath: fine-tunes have a folder of their own, and comparing only reads. */
const UNTOUCHED_BY_MOVE: ReadonlySet<FileTask["kind"]> = new Set(["compare", "add-fine-tune", "write-fine-tune"]);

export function modelsPlace(dataFolder: string, unfinished: UnfinishedFiles): ModelsPlace {
  return {
    modelsFolder: dataPaths(dataFolder).models,
    journalFile: path.join(dataFolder, "models-move.json"),
    unfinished,
  };
}

/** At start, before anything uses the folder: what a kill broke off is finished or taken back. Returns what the user should know. */
export async function tidyModelsFolder(place: ModelsPlace, log: Log): Promise<Failure[]> {
  try {
    const result = await finishMove(place);
    if (result !== "nothing") log("warn", "a move of the models folder was broken off", { result });
    const { folder, isThere } = await realModelsFolder(place);
    if (!isThere) return [failure("models-folder-missing", { folder })];
    await finishCopies(place.modelsFolder, place.unfinished);
    return [];
  } catch (error) {
    log("warn", "models folder not put in order", { error: String(error) });
    const { folder, isThere } = await realModelsFolder(place);
    return isThere ? [] : [failure("models-folder-missing", { folder }, error)];
  }
}

/** null = back into the data folder. The model in memory stays there: its path leads to the same file before and after. */
export async function moveModels(parts: Parts, chosen: string | null): Promise<Outcome<undefined>> {
  const { fileTasks, models, session, dataFolder, data, log } = parts;
  const place = modelsPlace(dataFolder, data.unfinished);
  if (isBusy(parts)) return fail("models-folder-busy");
  // Windows moves no file that a process has mapped.
  const inMemory = process.platform === "win32" && session.state.kind === "ready" ? session.state.model.modelId : null;
  if (inMemory !== null) await session.forget(inMemory);
  const title = chosen ?? place.modelsFolder;
  const moved = await fileTasks.run({ kind: "move", title, modelId: null, keepFailure: true }, (run) =>
    moveModelsFolder(place, chosen, run),
  );
  log("info", "models folder moved", { ok: moved.ok });
  await models.changed();
  if (inMemory !== null) await models.load(inMemory);
  return moved;
}

/** Something reads or writes there that would not survive the move. */
function isBusy({ fileTasks, downloads, jobs, starter, engine }: Parts): boolean {
  const { kind } = engine.state;
  return (
    fileTasks.list().some((task) => task.failure === null && !UNTOUCHED_BY_MOVE.has(task.kind)) ||
    downloads
      .list()
      .some(({ state }) => state.kind !== "paused" && state.kind !== "failed" && state.kind !== "ready") ||
    jobs.queue.list().some(({ state }) => state.kind === "queued" || state.kind === "running") ||
    starter.state.kind === "downloading" ||
    kind === "loading" ||
    kind === "starting" ||
    (kind === "generating" && process.platform === "win32")
  );
}
