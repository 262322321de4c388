// What is known to be wrong with a model beyond its files: found by the engine or a verdict, as long as the files stay as they are.
import type { Failure } from "../contract/failure";
import type { ModelId } from "../contract/ids";
import type { EngineEnds, ModelContent } from "./loads/EngineEnds";
import type { LoadSettingsStore } from "./loads/LoadSettingsStore";

export class ModelFailures {
  readonly #found = new Map<ModelId, { content: string; failure: Failure }>();
  readonly #engineEnds: Pick<EngineEnds, "refusal">;
  readonly #loads: Pick<LoadSettingsStore, "lastFailure">;

  constructor(engineEnds: Pick<EngineEnds, "refusal">, loads: Pick<LoadSettingsStore, "lastFailure">) {
    this.#engineEnds = engineEnds;
    this.#loads = loads;
  }

  of(model: ModelContent): Failure | null {
    const found = this.#found.get(model.id);
    const known = found?.content === model.content ? found.failure : null;
    return known ?? this.#engineEnds.refusal(model) ?? this.#loads.lastFailure(model.id)?.failure ?? null;
  }

  has(id: ModelId): boolean {
    return this.#found.has(id);
  }

  set(id: ModelId, content: string, failure: Failure): void {
    this.#found.set(id, { content, failure });
  }

  /** True when there was one. */
  delete(id: ModelId): boolean {
    return this.#found.delete(id);
  }
}
