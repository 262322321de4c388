// The model in memory, and the one that is chosen, where the engine's state has one.
import type { EngineState } from "../../../electron/contract/engineState";
import type { ModelId } from "../../../electron/contract/ids";
import type { LoadedModel } from "../../../electron/contract/model";

export function loadedModel(engine: EngineState): LoadedModel | null {
  return engine.kind === "ready" || engine.kind === "generating" ? engine.model : null;
}

/** Also on its way, or after it failed. */
export function currentModelId(engine: EngineState): ModelId | null {
  switch (engine.kind) {
    case "ready":
    case "generating":
      return engine.model.modelId;
    case "starting":
    case "loading":
    case "load-failed":
    case "crashed":
      return engine.modelId;
    case "idle":
      return null;
  }
}
