// The model in memory, where the engine's state has one.
import type { EngineState } from "../../../electron/contract/engineState";
import type { LoadedModel } from "../../../electron/contract/model";

export function loadedModel(engine: EngineState): LoadedModel | null {
  return engine.kind === "ready" || engine.kind === "generating" ? engine.model : null;
}
