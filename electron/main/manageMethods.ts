// The methods of the contract that manage installed models: list, rename, delete, reveal, verify. Main process.
import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { shell } from "electron";
import { fail, succeed, type Outcome } from "../contract/failure";
import type { ModelId } from "../contract/ids";
import type { ModelDetails } from "../contract/model";
import { freeBytesIn, originPath, readOrigin } from "../services/downloads/downloadDisk";
import { quantizationOf } from "../services/hub/variants";
import type { ModelFile } from "../services/ModelLibrary";
import { STARTER_MODEL } from "../services/starterModel";
import { sha256OfFile } from "../services/verifiedFile";
import type { AppContext } from "./AppContext";
import type { Handlers } from "./callGate";

type ManageHandlers = Pick<Handlers, "models.installed" | "models.rename" | "models.delete" | "models.reveal" | "models.verify">;

export function manageMethods(context: AppContext): ManageHandlers {
  const { models, modelsFolder } = context;
  return {
    async "models.installed"() {
      const files = await models.files();
      const details: ModelDetails[] = [];
      for (const file of files) details.push(await detailsOf(file, context));
      return succeed({
        models: details,
        modelsFolderBytes: await folderBytes(modelsFolder),
        diskFreeBytes: await freeBytesIn(modelsFolder).catch(() => null),
      });
    },
    "models.rename": ({ modelId, name }) => models.rename(modelId, name),
    "models.delete": ({ modelId }) => deleteModel(modelId, context),
    async "models.reveal"({ modelId }) {
      const file = await models.find(modelId);
      if (file === null) return fail("not-found");
      shell.showItemInFolder(file.path);
      return succeed(undefined);
    },
    "models.verify": ({ modelId }) => verifyModel(modelId, context),
  };
}

async function detailsOf(file: ModelFile, { estimator }: AppContext): Promise<ModelDetails> {
  const origin = await readOrigin(file.path).catch(() => null);
  const facts = await stat(file.path).catch(() => null);
  const known = facts === null ? null : await estimator.describe(`${file.path}:${facts.size}:${facts.mtimeMs}`, file.path);
  return {
    model: file.model,
    architecture: known?.architecture ?? null,
    quantization: origin?.quantization ?? quantizationOf(file.model.fileName),
    trainContextSizeTokens: known?.trainContextSizeTokens ?? null,
    parameterCount: known?.parameterCount ?? null,
    repository: origin?.repository ?? null,
    licence: origin?.licence ?? (file.model.origin === "starter" ? "apache-2.0" : null),
    canVerify: file.model.origin === "starter" || origin !== null,
    lastUsedAtMs: file.lastUsedAtMs,
    weightType: known?.weightType ?? null,
    madeFrom: known?.madeFrom ?? null,
    inModelsFolder: file.inModelsFolder,
  };
}

/** Failures: "not-found", "request-invalid" (not in Facet's folder), "model-in-use" (an answer is being written), "model-not-moved-to-trash". */
async function deleteModel(id: ModelId, { models, supervisor }: AppContext): Promise<Outcome<undefined>> {
  const file = await models.find(id);
  if (file === null) return fail("not-found");
  if (!file.inModelsFolder) return fail("request-invalid", undefined, "The model does not lie in Facet's own folder");
  if (supervisor.state.kind === "generating" && supervisor.state.model.modelId === id) return fail("model-in-use", { file: file.model.fileName });
  // The first part first: without it nothing loads the others.
  for (const part of file.paths) {
    try {
      if (await exists(part)) await shell.trashItem(part);
      if (await exists(originPath(part))) await shell.trashItem(originPath(part));
    } catch (error) {
      await models.changed();
      return fail("model-not-moved-to-trash", { file: path.basename(part) }, error);
    }
  }
  await models.deleted(id);
  return succeed(undefined);
}

/** Failures: "not-found", "model-without-checksum", "model-missing", "model-changed". */
async function verifyModel(id: ModelId, { models }: AppContext): Promise<Outcome<undefined>> {
  const file = await models.find(id);
  if (file === null) return fail("not-found");
  for (const part of file.paths) {
    const details = { file: path.basename(part) };
    const wanted = file.model.origin === "starter" ? STARTER_MODEL.sha256 : (await readOrigin(part))?.sha256;
    if (wanted === undefined) return fail("model-without-checksum", details);
    try {
      if ((await sha256OfFile(part, new AbortController().signal)) !== wanted) return fail("model-changed", details);
    } catch (error) {
      return fail((await exists(part)) ? "model-unreadable" : "model-missing", details, error);
    }
  }
  return succeed(undefined);
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
