// The methods "import.…" and "fileTasks.…" of the contract. Main process.
import { dialog } from "electron";
import { fail, succeed, type Failure, type Outcome } from "../contract/failure";
import type { ImportOffer } from "../contract/importing";
import { copyIntoModelsFolder } from "../services/importing/copyIntoModelsFolder";
import type { ModelOnDisk } from "../services/importing/findModels";
import type { AppContext } from "./AppContext";
import { addAdapterFile } from "./deltaMethods";
import type { Handlers } from "./callGate";

type ImportHandlers = Pick<
  Handlers,
  | "import.dropped"
  | "import.chooseFolders"
  | "import.useInPlace"
  | "import.copy"
  | "import.addFineTunes"
  | "import.otherApps"
  | "import.useFound"
  | "fileTasks.list"
  | "fileTasks.cancel"
>;

export function importMethods(context: AppContext): ImportHandlers {
  const { imports, fileTasks } = context;
  return {
    "import.dropped": async ({ paths }) => succeed(await imports.offer(paths)),
    "import.chooseFolders": () => chooseFolders(context),
    async "import.useInPlace"({ offerId, modelIds }) {
      const chosen = imports.offered(offerId, modelIds);
      return chosen === null ? fail("not-found") : useInPlace(chosen, context);
    },
    "import.copy"({ offerId, modelIds }) {
      const chosen = imports.offered(offerId, modelIds);
      if (chosen === null) return fail("not-found");
      if (fileTasks.isRunning("move")) return fail("models-folder-busy");
      void copyAll(chosen, context);
      return succeed(undefined);
    },
    async "import.addFineTunes"({ offerId }) {
      const files = imports.offeredAdapters(offerId);
      if (files === null) return fail("not-found");
      let problem: Failure | null = null;
      for (const file of files) {
        const added = await addAdapterFile(file, null, context);
        // Stop means all of them.
        if (!added.ok && added.failure.code === "request-cancelled") break;
        if (!added.ok) problem ??= added.failure;
      }
      return problem === null ? succeed(undefined) : { ok: false, failure: problem };
    },
    "import.otherApps": async () => succeed(await imports.otherApps()),
    async "import.useFound"({ modelId }) {
      const found = imports.found(modelId);
      return found === null ? fail("not-found") : useInPlace([found], context);
    },
    "fileTasks.list": () => succeed(fileTasks.list()),
    "fileTasks.cancel"({ id }) {
      fileTasks.cancel(id);
      return succeed(undefined);
    },
  };
}

async function useInPlace(chosen: readonly ModelOnDisk[], { models }: AppContext): Promise<Outcome<undefined>> {
  const added = await models.useInPlace(chosen);
  if (!added.ok) return added;
  const [only] = added.value;
  return chosen.length === 1 && only !== undefined ? models.load(only) : succeed(undefined);
}

async function chooseFolders({ window, imports }: AppContext): Promise<Outcome<ImportOffer | null>> {
  const owner = window();
  if (owner === null) return succeed(null);
  const { canceled, filePaths } = await dialog.showOpenDialog(owner, {
    title: "Choose folders with GGUF files",
    properties: ["openDirectory", "multiSelections"],
  });
  return succeed(canceled || filePaths.length === 0 ? null : await imports.offer(filePaths));
}

/** One after the other: two copies at once only make a disk slower. What failed stays in the list of tasks and says why. */
async function copyAll(
  chosen: readonly ModelOnDisk[],
  { fileTasks, models, modelsFolder, log }: AppContext,
): Promise<void> {
  for (const model of chosen) {
    try {
      const copied = await fileTasks.run({ kind: "copy", title: model.name, modelId: null, keepFailure: true }, (run) =>
        copyIntoModelsFolder(model, modelsFolder, run),
      );
      if (copied.ok) await models.changed();
      // Stop means all of them.
      else if (copied.failure.code === "request-cancelled") return;
    } catch (error) {
      log("error", "model not copied", { error: String(error) });
    }
  }
}
