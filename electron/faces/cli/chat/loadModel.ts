// Brings a model into memory, and resolves when it answers.
import type { EngineState } from "../../../contract/engineState";
import { failure } from "../../../contract/failure";
import type { LoadChoice, LoadSettings, LoadWarning } from "../../../contract/loadSettings";
import type { InstalledModel, LoadedModel } from "../../../contract/model";
import type { ApplicationClient } from "../../../instance/ApplicationClient";
import { t } from "../../../words/language";
import { CommandError, EXIT } from "../CommandError";
import type { Output } from "../Output";
import { errorOf, valueOf } from "../useOutcome";

/** Shorter loads need no progress. */
const SHOW_AFTER_MS = 500;
/** Events end with the process that holds the data folder: a look now and then finds the next one. */
const LOOK_AGAIN_MS = 1000;

export interface LoadOptions {
  output: Output;
  signal: AbortSignal;
  /** It would not fit: how to load it all the same; null = not at all. */
  decide: (warning: LoadWarning) => Promise<WarnedLoad | null>;
}

export interface WarnedLoad {
  settings: LoadSettings;
  despiteWarning: boolean;
}

/** Does nothing when it is in memory. Throws a CommandError when it cannot be loaded, and the signal's reason once that is aborted. */
export async function loadModel(
  application: ApplicationClient,
  { id, name, fileName }: Pick<InstalledModel, "id" | "name" | "fileName">,
  { output, signal, decide }: LoadOptions,
): Promise<LoadedModel> {
  const inMemory = (state: EngineState) =>
    (state.kind === "ready" || state.kind === "generating") && state.model.modelId === id ? state.model : null;
  const { engine } = valueOf(await application.call("app.snapshot", undefined));
  const already = inMemory(engine);
  if (already !== null) return already;

  const beganAtMs = performance.now();
  const progress = output.progress(t("Loading {name}", { name }));
  const ends: (() => void)[] = [() => progress.end()];
  try {
    return await new Promise<LoadedModel>((resolve, reject) => {
      let isBegun = false;
      let isAsking = false;
      let how: WarnedLoad | null = null;
      const load = async () => {
        const loading = await application.call("models.load", { modelId: id, ...how });
        if (!loading.ok) reject(errorOf(loading.failure));
      };
      const heard = (state: EngineState) => {
        const model = inMemory(state);
        if (model !== null) resolve(model);
        else if ((state.kind === "starting" || state.kind === "loading") && state.modelId === id) {
          isBegun = true;
          // Not over a question to the user.
          if (!isAsking && performance.now() - beganAtMs > SHOW_AFTER_MS)
            progress.update(state.kind === "loading" ? state.fraction : null, "");
        } else if (!isBegun) return;
        else if (state.kind === "load-failed" || state.kind === "crashed") reject(errorOf(state.failure));
        else if ("model" in state || state.kind === "loading")
          reject(
            new CommandError(
              t("{name} was not loaded: another model was chosen in Facet meanwhile.", { name }),
              EXIT.failed,
            ),
          );
      };
      const look = async () => {
        if (isAsking) return;
        const now = await application.call("app.snapshot", undefined);
        if (!now.ok) reject(errorOf(now.failure));
        else if (isBegun && now.value.engine.kind === "idle") await load();
        else heard(now.value.engine);
      };
      const warned = async (warning: LoadWarning) => {
        isAsking = true;
        how = await decide(warning);
        isAsking = false;
        if (how === null) reject(errorOf(tooLarge(warning, fileName)));
        else await load();
      };
      const timer = setInterval(() => void look().catch(reject), LOOK_AGAIN_MS);
      const cancel = () => reject(signal.reason as Error);
      signal.addEventListener("abort", cancel, { once: true });
      ends.push(
        () => clearInterval(timer),
        () => signal.removeEventListener("abort", cancel),
        application.on("engine-changed", heard),
        application.on("load-warned", (warning) => {
          if (warning.modelId === id && !isAsking) void warned(warning).catch(reject);
        }),
      );
      if (signal.aborted) cancel();
      else if ((engine.kind === "starting" || engine.kind === "loading") && engine.modelId === id) heard(engine);
      else void load().catch(reject);
    });
  } finally {
    for (const end of ends) end();
  }
}

/** Exactly as planned. */
export function asSettings({ conversations: _planned, ...settings }: LoadChoice): LoadSettings {
  return settings;
}

function tooLarge({ plan: { fit } }: LoadWarning, file: string) {
  return failure("model-too-large-for-memory", {
    file,
    neededBytes: String(fit.neededBytes ?? 0),
    availableBytes: String(Math.max(0, fit.machine.availableBytes - fit.machine.systemReserveBytes)),
  });
}
