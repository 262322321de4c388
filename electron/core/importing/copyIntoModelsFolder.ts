// Copies a model into Facet's models folder: under another name until it is whole, so that no kill leaves half a model. Plain Node.
import { randomUUID } from "node:crypto";
import { mkdir, readdir, rename, rm, rmdir } from "node:fs/promises";
import path from "node:path";
import { fail, failure, succeed, type Failure, type Outcome } from "../../contract/failure";
import { diskName, nameKey } from "../diskName";
import { freeBytesIn } from "../downloads/downloadDisk";
import { errnoOf } from "../fileFailure";
import { isUnfinishedName } from "../unfinishedName";
import { syncFolder } from "../writeFileAtomically";
import { copyLargeFile } from "./copyLargeFile";
import type { TaskRun } from "./FileTasks";
import type { ModelOnDisk } from "./findModels";

/** In the models folder, so that the last step is a rename and not a copy. */
const UNFINISHED = ".imports";
/** The folder of a copy ends so when all its files are there: a kill from now on loses nothing. */
const WHOLE = ".whole";
/** Left free on the disk: the system and the chats need room too. */
const RESERVE_BYTES = 512 * 1024 * 1024;

/**
 * Returns the path of the first part. Failures: "disk-full" (said before anything is copied, or when it happens),
 * "model-missing", "model-unreadable", "models-folder-unusable", "request-cancelled".
 */
export async function copyIntoModelsFolder(
  model: ModelOnDisk,
  modelsFolder: string,
  run: TaskRun,
): Promise<Outcome<string>> {
  run.addTotal(model.sizeBytes);
  const folder = path.join(modelsFolder, UNFINISHED, randomUUID());
  try {
    const freeBytes = await freeBytesIn(modelsFolder);
    if (freeBytes < model.sizeBytes + RESERVE_BYTES) {
      return fail("disk-full", {
        folder: modelsFolder,
        missingBytes: String(Math.ceil(model.sizeBytes + RESERVE_BYTES - freeBytes)),
      });
    }
    const names = await freeNames(namesOf(model), modelsFolder);
    await mkdir(folder, { recursive: true });
    for (const [index, name] of names.entries())
      await copyLargeFile(model.paths[index] ?? model.path, path.join(folder, name), run);
    await syncFolder(folder);
    run.signal.throwIfAborted();
    await rename(folder, folder + WHOLE);
    await putInPlace(folder + WHOLE, modelsFolder);
    return succeed(path.join(modelsFolder, names[0] ?? ""));
  } catch (error) {
    if (run.signal.aborted) return fail("request-cancelled");
    return { ok: false, failure: copyFailure(error, model, modelsFolder) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** At start, when nothing is copied: whole copies get their names, others are deleted. What Facet did not begin stays. */
export async function finishCopies(modelsFolder: string): Promise<void> {
  const unfinished = path.join(modelsFolder, UNFINISHED);
  for (const name of await readdir(unfinished).catch(() => [])) {
    const folder = path.join(unfinished, name);
    if (isUnfinishedName(name, { after: WHOLE })) await putInPlace(folder, modelsFolder);
    else if (isUnfinishedName(name, {})) await rm(folder, { recursive: true, force: true });
  }
  // Stays where it holds something else.
  await rmdir(unfinished).catch(() => undefined);
}

/** The first part last: it is the one that is listed and loaded. No file is overwritten that got the name meanwhile. */
async function putInPlace(folder: string, modelsFolder: string): Promise<void> {
  const names = (await readdir(folder)).sort();
  const targets = await freeNames(names, modelsFolder);
  for (const [index, name] of [...names.entries()].reverse())
    await rename(path.join(folder, name), path.join(modelsFolder, targets[index] ?? name));
  await syncFolder(modelsFolder);
  await rm(folder, { recursive: true, force: true });
}

/** As they can be on disk. */
function namesOf({ paths, fileName }: ModelOnDisk): string[] {
  return paths.map((file) => diskName(/\.gguf$/iu.test(file) ? path.basename(file) : fileName));
}

/** The files' own names; with a number when others have them. Parts of a split model stay together. */
async function freeNames(own: readonly string[], modelsFolder: string): Promise<string[]> {
  const taken = new Set((await readdir(modelsFolder)).map(nameKey));
  for (let number = 1; ; number++) {
    const names = own.map((name) =>
      number === 1 ? name : name.replace(/(?:-\d{5}-of-\d{5})?\.gguf$/u, ` ${number}$&`),
    );
    if (!names.some((name) => taken.has(nameKey(name)))) return names;
  }
}

function copyFailure(error: unknown, { name, fileName }: ModelOnDisk, folder: string): Failure {
  const code = errnoOf(error);
  if (code === null) throw error;
  const reading =
    error instanceof Error &&
    "syscall" in error &&
    (error.syscall === "read" || (code === "ENOENT" && (error.syscall === "open" || error.syscall === "stat")));
  if (reading) return failure(code === "ENOENT" ? "model-missing" : "model-unreadable", { file: fileName }, error);
  if (code === "ENOSPC" || code === "EDQUOT") return failure("disk-full", { folder }, error);
  if (code === "EFBIG") return failure("download-file-too-large", { file: name }, error);
  return failure("models-folder-unusable", { folder }, error);
}
