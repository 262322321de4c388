// The methods "import.…" and "fileTasks.…" of the application.
import { fail, succeed, type Failure, type Outcome } from "../../contract/failure";
import type { InstalledModel } from "../../contract/model";
import { copyIntoModelsFolder } from "../importing/copyIntoModelsFolder";
import type { ModelOnDisk } from "../importing/findModels";
import type { Parts } from "../Parts";
import { addAdapterFile } from "../deltas/adapterFiles";
import type { CoreHandlers } from "./CoreHandlers";

export function importMethods(parts: Parts) {
  const { imports, fileTasks } = parts;
  return {
    "import.dropped": async ({ paths }) => succeed(await imports.offer(paths)),
    async "import.useInPlace"({ offerId, modelIds }) {
      const chosen = imports.offered(offerId, modelIds);
      return chosen === null ? fail("not-found") : useInPlace(chosen, parts);
    },
    "import.copy"({ offerId, modelIds }) {
      const chosen = imports.offered(offerId, modelIds);
      if (chosen === null) return fail("not-found");
      if (fileTasks.isRunning("move")) return fail("models-folder-busy");
      void copyAll(chosen, parts);
      return succeed(undefined);
    },
    async "import.take"({ offerId, modelId, copy }) {
      const [chosen] = imports.offered(offerId, [modelId]) ?? [];
      if (chosen === undefined) return fail("not-found");
      return copy ? copyOne(chosen, parts) : listOne(chosen, parts);
    },
    async "import.addFineTunes"({ offerId }) {
      const files = imports.offeredAdapters(offerId);
      if (files === null) return fail("not-found");
      let problem: Failure | null = null;
      for (const file of files) {
        const added = await addAdapterFile(file, null, parts);
        // Stop means all of them.
        if (!added.ok && added.failure.code === "request-cancelled") break;
        if (!added.ok) problem ??= added.failure;
      }
      return problem === null ? succeed(undefined) : { ok: false, failure: problem };
    },
    "import.otherApps": async () => succeed(await imports.otherApps()),
    async "import.useFound"({ modelId }) {
      const found = imports.found(modelId);
      return found === null ? fail("not-found") : useInPlace([found], parts);
    },
    "fileTasks.list": () => succeed(fileTasks.list()),
    "fileTasks.cancel"({ id }) {
      fileTasks.cancel(id);
      return succeed(undefined);
    },
  } satisfies Partial<CoreHandlers>;
}

async function useInPlace(chosen: readonly ModelOnDisk[], { models }: Parts): Promise<Outcome<undefined>> {
  const added = await models.useInPlace(chosen);
  if (!added.ok) return added;
  const [only] = added.value;
  return chosen.length === 1 && only !== undefined ? models.load(only) : succeed(undefined);
}

async function listOne(chosen: ModelOnDisk, { models }: Parts): Promise<Outcome<InstalledModel>> {
  const added = await models.useInPlace([chosen]);
  if (!added.ok) return added;
  const [id] = added.value;
  const listed = id === undefined ? null : await models.find(id);
  return listed === null ? fail("not-found") : succeed(listed.model);
}

async function copyOne(chosen: ModelOnDisk, parts: Parts): Promise<Outcome<InstalledModel>> {
  const { fileTasks, models, modelsFolder, data } = parts;
  if (fileTasks.isRunning("move")) return fail("models-folder-busy");
  const copied = await fileTasks.run({ kind: "copy", title: chosen.name, modelId: null }, (run) =>
    copyIntoModelsFolder(chosen, modelsFolder, run, data.unfinished),
  );
  if (!copied.ok) return copied;
  await models.changed();
  const listed = (await models.files()).find(({ path }) => path === copied.value);
  return listed === undefined ? fail("not-found") : succeed(listed.model);
}

/** One after the other: two copies at once only make a disk slower. What failed stays in the list of tasks and says why. */
async function copyAll(
  chosen: readonly ModelOnDisk[],
  { fileTasks, models, modelsFolder, data, log }: Parts,
): Promise<void> {
  for (const model of chosen) {
    try {
      const copied = await fileTasks.run({ kind: "copy", title: model.name, modelId: null, keepFailure: true }, (run) =>
        copyIntoModelsFolder(model, modelsFolder, run, data.unfinished),
      );
      if (copied.ok) await models.changed();
      // Stop means all of them.
      else if (copied.failure.code === "request-cancelled") return;
    } catch (error) {
      log("error", "model not copied", { error: String(error) });
    }
  }
}
