// The methods "models.…" and "engine.…" of the contract. Main process.
import { dialog } from "electron";
import { fail, succeed, type Outcome } from "../contract/failure";
import type { InstalledModel } from "../contract/model";
import type { AppContext } from "./AppContext";
import type { Handlers } from "./callGate";

type ModelHandlers = Pick<
  Handlers,
  | "models.load"
  | "models.format"
  | "models.chooseFile"
  | "models.forget"
  | "models.getStarter"
  | "models.cancelStarter"
  | "engine.restart"
  | "engine.countTokens"
>;

export function modelMethods(context: AppContext): ModelHandlers {
  const { models, starter, supervisor, estimator } = context;
  return {
    "models.load": ({ modelId, ...how }) => models.load(modelId, how),
    async "models.format"({ modelId }) {
      const found = await models.find(modelId);
      return found === null ? fail("not-found") : estimator.describeFormat(found.path);
    },
    "models.chooseFile": (how) => chooseModelFile(context, how),
    "models.forget": ({ modelId }) => models.forget(modelId),
    "models.getStarter"() {
      // It takes minutes; "starter-changed" tells how it goes.
      void getStarter(context);
      return succeed(undefined);
    },
    "models.cancelStarter"() {
      starter.cancel();
      return succeed(undefined);
    },
    "engine.restart"() {
      supervisor.restart();
      return succeed(undefined);
    },
    "engine.countTokens": async ({ text }) => succeed(await supervisor.countTokens(text)),
  };
}

export async function chooseModelFile(
  { window, models }: AppContext,
  { load }: { load: boolean } = { load: true },
): Promise<Outcome<InstalledModel | null>> {
  const owner = window();
  if (owner === null) return succeed(null);
  const { canceled, filePaths } = await dialog.showOpenDialog(owner, {
    title: "Choose a GGUF file",
    properties: ["openFile"],
    filters: [
      { name: "GGUF models", extensions: ["gguf"] },
      { name: "All files", extensions: ["*"] },
    ],
  });
  const file = filePaths[0];
  return canceled || file === undefined ? succeed(null) : load ? models.openFile(file) : models.addFile(file);
}

/** Fetches the starter model; loads it when there is no other. How it goes is told by "starter-changed". */
export async function getStarter({ models, starter, supervisor, log }: AppContext): Promise<void> {
  try {
    const file = await starter.get();
    if (file === null) return;
    await models.changed();
    if (supervisor.refusal()?.code === "model-missing") await models.loadUsual();
  } catch (error) {
    log("error", "starter model not set up", { error: String(error) });
  }
}
