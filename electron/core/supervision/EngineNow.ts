// What is known of the engine now, from its events: for those who only look, and need not steer it.
import type { EngineDeltas } from "../../contract/deltas";
import type { EngineState } from "../../contract/engineState";
import type { LoadedModel } from "../../contract/model";
import type { EventStream } from "../EventStream";

/** Neither brings a model into memory nor writes. */
function rests({ kind }: EngineState): boolean {
  return kind !== "starting" && kind !== "loading" && kind !== "generating";
}

export class EngineNow {
  readonly #events: EventStream;
  #state: EngineState = { kind: "idle" };
  #anonymousBytes: number | null = null;
  #deltas: EngineDeltas | null = null;

  constructor(events: EventStream) {
    this.#events = events;
    events.on("engine-changed", (state) => {
      this.#state = state;
      if (this.loaded === null) this.#anonymousBytes = null;
    });
    events.on("engine-memory", ({ anonymousBytes }) => {
      this.#anonymousBytes = anonymousBytes;
    });
    events.on("engine-deltas-changed", (deltas) => {
      this.#deltas = deltas;
    });
  }

  get state(): EngineState {
    return this.#state;
  }

  /** Resolves when the engine has nothing to do, now or next. */
  untilItRests(): Promise<void> {
    if (rests(this.#state)) return Promise.resolve();
    return new Promise((resolve) => {
      const end = this.#events.on("engine-changed", (state) => {
        if (!rests(state)) return;
        end();
        resolve();
      });
    });
  }

  /** The model in memory. */
  get loaded(): LoadedModel | null {
    return this.#state.kind === "ready" || this.#state.kind === "generating" ? this.#state.model : null;
  }

  /** What would be free without the engine; null while no model is loaded or where the system does not say. */
  get anonymousBytes(): number | null {
    return this.#anonymousBytes;
  }

  get deltas(): EngineDeltas | null {
    return this.#deltas;
  }
}
