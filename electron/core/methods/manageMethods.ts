// The methods of the application that manage installed models: list, rename, delete, reveal, verify, compare, move.
import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { fail, succeed, type Outcome } from "../../contract/failure";
import type { ModelId } from "../../contract/ids";
import type { SameFile } from "../../contract/importing";
import type { ModelDetails } from "../../contract/model";
import { freeBytesIn } from "../../files/room";
import { originPath } from "../downloads/downloadDisk";
import { hashLargeFile } from "../importing/copyLargeFile";
import { realModelsFolder } from "../importing/moveModelsFolder";
import { findSameFiles, readUnread } from "../importing/sameFiles";
import { detailsOf, expectedSha256 } from "../modelDetails";
import type { ModelFile } from "../ModelLibrary";
import type { Parts } from "../Parts";
import type { CoreHandlers } from "./CoreHandlers";
import { moveModels } from "../importing/modelsFolder";

export function manageMethods(parts: Parts) {
  const { models, modelsFolder, data } = parts;
  const compare = createComparer(parts);
  return {
    async "models.installed"() {
      const files = await models.files();
      const details: ModelDetails[] = [];
      for (const file of files) details.push(await detailsOf(file, parts));
      const { folder, isMoved, isThere } = await realModelsFolder(parts);
      return succeed({
        models: details,
        modelsFolder: folder,
        isModelsFolderMoved: isMoved,
        isModelsFolderMissing: !isThere,
        modelsFolderBytes: await folderBytes(modelsFolder),
        diskFreeBytes: await freeBytesIn(modelsFolder).catch(() => null),
      });
    },
    "models.rename": ({ modelId, name }) => models.rename(modelId, name),
    "models.delete": ({ modelId }) => deleteModel(modelId, parts),
    "models.verify": ({ modelId }) => verifyModel(modelId, parts),
    "models.use": ({ modelId }) => data.chats.chatsAnsweredBy(modelId),
    "models.sameFiles": () => compare(),
    "models.moveFolderTo": ({ path: folder }) => moveModels(parts, folder),
    "models.moveFolderBack": () => moveModels(parts, null),
  } satisfies Partial<CoreHandlers>;
}

/** Failures: "not-found", "request-invalid" (not in Facet's folder), "model-in-use" (an answer is being written), "model-not-moved-to-trash". */
async function deleteModel(
  id: ModelId,
  { host, models, engine, session, fileTasks }: Parts,
): Promise<Outcome<undefined>> {
  if (fileTasks.isRunning("move")) return fail("models-folder-busy");
  const file = await models.find(id);
  if (file === null) return fail("not-found");
  if (!file.inModelsFolder) return fail("request-invalid", undefined, "The model is not stored in Facet's own folder");
  if (engine.state.kind === "generating" && engine.state.model.modelId === id)
    return fail("model-in-use", { file: file.model.fileName });
  // Windows moves no file that a process has mapped.
  if (process.platform === "win32") await session.forget(id);
  // The first part first: without it nothing loads the others.
  for (const part of file.paths) {
    try {
      if (await exists(part)) await host.moveToTrash(part);
      if (await exists(originPath(part))) await host.moveToTrash(originPath(part));
    } catch (error) {
      await models.changed();
      return fail("model-not-moved-to-trash", { file: path.basename(part) }, error);
    }
  }
  await models.deleted(id);
  return succeed(undefined);
}

/** Failures: "not-found", "model-without-checksum", "model-missing", "model-changed", "request-cancelled". */
async function verifyModel(id: ModelId, { models, fileTasks }: Parts): Promise<Outcome<undefined>> {
  const file = await models.find(id);
  if (file === null) return fail("not-found");
  return fileTasks.run({ kind: "verify", title: file.model.name, modelId: id }, async (run) => {
    run.addTotal(file.model.sizeBytes);
    for (const part of file.paths) {
      const details = { file: file.paths.length === 1 ? file.model.fileName : path.basename(part) };
      const expected = await expectedSha256(file, part);
      if (expected === null) return fail("model-without-checksum", details);
      try {
        if ((await hashLargeFile(part, run)) !== expected) return fail("model-changed", details);
      } catch (error) {
        run.signal.throwIfAborted();
        return fail((await exists(part)) ? "model-unreadable" : "model-missing", details, error);
      }
    }
    return succeed(undefined);
  });
}

/** Says which models are the same file, and reads in the background what must be read to know. A stop holds until the next start. */
function createComparer({ models, data, fileTasks, events, log }: Parts): () => Promise<Outcome<SameFile[]>> {
  const stopped = new Set<ModelId>();
  const read = async (unread: readonly ModelFile[]) => {
    const done = await fileTasks.run({ kind: "compare", title: "", modelId: null }, (run) =>
      readUnread(unread, data.fileHashes, run),
    );
    if (!done.ok) for (const { model } of unread) stopped.add(model.id);
    events.emit("same-files-changed", (await findSameFiles(await models.files(), data.fileHashes.value)).same);
  };
  return async () => {
    const { same, unread } = await findSameFiles(await models.files(), data.fileHashes.value);
    const wanted = unread.filter(({ model }) => !stopped.has(model.id));
    if (wanted.length > 0 && !fileTasks.isRunning("compare") && !fileTasks.isRunning("move")) {
      read(wanted).catch((error: unknown) => log("warn", "files not compared", { error: String(error) }));
    }
    return succeed(same);
  };
}

async function exists(file: string): Promise<boolean> {
  return (await stat(file).catch(() => null)) !== null;
}

async function folderBytes(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  let bytes = 0;
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const facts = await stat(path.join(entry.parentPath, entry.name)).catch(() => null);
    // Sparse parts of downloads take less room than their length.
    bytes += facts === null ? 0 : facts.blocks > 0 ? Math.min(facts.size, facts.blocks * 512) : facts.size;
  }
  return bytes;
}
