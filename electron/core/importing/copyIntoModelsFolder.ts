// Copies a model into Facet's models folder: under another name until it is whole, so that no kill leaves half a model. Plain Node.
import { randomUUID } from "node:crypto";
import { mkdir, readdir, rmdir, stat } from "node:fs/promises";
import path from "node:path";
import { fail, failure, succeed, type Failure, type Outcome } from "../../contract/failure";
import { diskName, nameKey } from "../diskName";
import { isTaken, numberedName, placeFile, renameFolder } from "../../files/placeFile";
import { requireRoom } from "../../files/room";
import { errnoOf, heldReason, saveFailure } from "../fileFailure";
import { ggufProblem, modelFileProblem } from "../modelFileProblem";
import { UnfinishedFiles } from "../UnfinishedFiles";
import { syncFolder } from "../../files/syncFolder";
import { copyLargeFile } from "./copyLargeFile";
import type { TaskRun } from "./FileTasks";
import type { ModelOnDisk } from "./findModels";

/** In the models folder, so that the last step is a new name and not a copy. */
export const UNFINISHED_COPIES = ".imports";
/** The folder of a copy ends so when all its files are there: a kill from now on loses nothing. */
const WHOLE = ".whole";

/**
 * Returns the path of the first part. Failures: "disk-full" (said before anything is copied, or when it happens),
 * "model-missing", "model-unreadable", "model-not-gguf" and what else is known of the model, "models-folder-unusable", "request-cancelled".
 */
export async function copyIntoModelsFolder(
  model: ModelOnDisk,
  modelsFolder: string,
  run: TaskRun,
  unfinished = UnfinishedFiles.withoutFile(),
): Promise<Outcome<string>> {
  run.addTotal(model.sizeBytes);
  const folder = path.join(modelsFolder, UNFINISHED_COPIES, randomUUID());
  try {
    const problem = model.failure ?? (await headProblem(model));
    if (problem !== null) return { ok: false, failure: problem };
    await requireRoom(modelsFolder, model.sizeBytes);
    await unfinished.begin(folder);
    await mkdir(folder, { recursive: true });
    const names = namesOf(model);
    for (const [index, name] of names.entries()) {
      await unfinished.begin(path.join(folder, name));
      await copyLargeFile(model.paths[index] ?? model.path, path.join(folder, name), run);
    }
    await syncFolder(folder);
    run.signal.throwIfAborted();
    for (const file of [folder + WHOLE, ...names.map((name) => path.join(folder + WHOLE, name))])
      await unfinished.begin(file);
    await renameFolder(folder, folder + WHOLE, { signal: run.signal });
    return succeed(await putInPlace(folder + WHOLE, modelsFolder, unfinished));
  } catch (error) {
    if (run.signal.aborted) return fail("request-cancelled");
    return { ok: false, failure: copyFailure(error, model, modelsFolder) };
  } finally {
    await unfinished.discard(folder);
  }
}

/** At start, when nothing is copied: whole copies get their names, others are deleted. What Facet did not begin stays. */
export async function finishCopies(modelsFolder: string, unfinished: UnfinishedFiles): Promise<void> {
  const place = path.join(modelsFolder, UNFINISHED_COPIES);
  const begun = unfinished.paths.filter((file) => path.dirname(file) === path.resolve(place));
  for (const folder of begun) {
    const isWhole = folder.endsWith(WHOLE) && (await stat(folder).catch(() => null))?.isDirectory() === true;
    if (isWhole) await putInPlace(folder, modelsFolder, unfinished);
    else await unfinished.discard(folder);
  }
  // Stays where it holds something else.
  await rmdir(place).catch(() => undefined);
}

/** Under the files' own names; with a number when others have them. Returns the path of the first part. */
async function putInPlace(folder: string, modelsFolder: string, unfinished: UnfinishedFiles): Promise<string> {
  const begun = new Set(unfinished.paths);
  const own = (await readdir(folder)).filter((name) => begun.has(path.resolve(folder, name))).sort();
  for (let number = 1; ; number++) {
    const names = own.map((name) => numberedName(name, number));
    if (!(await claimed(own, names, folder, modelsFolder))) continue;
    await syncFolder(modelsFolder);
    await unfinished.discard(folder);
    return path.join(modelsFolder, names[0] ?? "");
  }
}

/** All names or none, so that parts of a split model stay together. The first part last: it is the one that is listed and loaded. */
async function claimed(
  own: readonly string[],
  names: readonly string[],
  folder: string,
  modelsFolder: string,
): Promise<boolean> {
  // Names that differ in their case alone are one file on other disks.
  const taken = new Set((await readdir(modelsFolder)).map(nameKey));
  if (names.some((name) => taken.has(nameKey(name)))) return false;
  const moves = own.map(
    (name, index) => [path.join(folder, name), path.join(modelsFolder, names[index] ?? name)] as const,
  );
  const done: typeof moves = [];
  try {
    for (const move of moves.toReversed()) {
      await placeFile(...move);
      done.push(move);
    }
    return true;
  } catch (error) {
    // Somebody was faster.
    for (const [part, target] of done) await placeFile(target, part);
    if (isTaken(error)) return false;
    throw error;
  }
}

/** As they can be on disk. */
function namesOf({ paths, fileName }: ModelOnDisk): string[] {
  return paths.map((file) => diskName(/\.gguf$/iu.test(file) ? path.basename(file) : fileName));
}

/** What each file begins with is looked at before gigabytes are copied; the header of the first one was read when the model was offered. */
async function headProblem({ paths, fileName }: ModelOnDisk): Promise<Failure | null> {
  for (const file of paths) {
    const problem = (await modelFileProblem(file, fileName)) ?? (await ggufProblem(file, fileName));
    if (problem !== null) return problem;
  }
  return null;
}

function copyFailure(error: unknown, { name, fileName }: ModelOnDisk, folder: string): Failure {
  const code = errnoOf(error);
  if (code === null) throw error;
  const reading =
    error instanceof Error &&
    "syscall" in error &&
    (error.syscall === "read" || (code === "ENOENT" && (error.syscall === "open" || error.syscall === "stat")));
  if (reading) return failure(code === "ENOENT" ? "model-missing" : "model-unreadable", { file: fileName }, error);
  if (code === "ENOSPC" || code === "EDQUOT") return saveFailure(error, { folder });
  if (code === "EFBIG") return failure("download-file-too-large", { file: name }, error);
  return failure("models-folder-unusable", { folder, ...heldReason(error) }, error);
}
