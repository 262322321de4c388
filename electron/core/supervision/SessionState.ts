// What the engine is doing, and what is wanted of it: each state with what belongs to it and nothing else. Pure.
import type { EngineState } from "../../contract/engineState";
import type { Failure } from "../../contract/failure";
import type { ModelId, RequestId } from "../../contract/ids";
import type { LoadedModel } from "../../contract/model";
import type { AnswerJob } from "../answers/AnswerJob";
import type { Engine } from "./Engine";
import type { ModelToLoad } from "./ModelToLoad";

export interface Load {
  readonly requestId: RequestId;
  readonly model: ModelToLoad;
  fraction: number | null;
  readonly preparesGpu: boolean;
}

export interface InMemory {
  readonly model: LoadedModel;
  /** What was asked for: the engine may have taken a smaller context. */
  readonly asked: ModelToLoad;
  /** From then on, what ends the engine is no fault of the file. */
  hasAnswered: boolean;
}

export interface Answer {
  readonly job: AnswerJob;
  phase: "prefill" | "decode";
  prefillFraction: number;
  unresponsive: boolean;
}

/** A process that was killed stays in its state until it is gone. */
export type SessionState =
  /** An engine may be there, without a model. */
  | { kind: "idle"; engine: Engine | null }
  | { kind: "starting"; engine: Engine; modelId: ModelId }
  /** The engine is asked when a note of the load is on disk. */
  | { kind: "loading"; engine: Engine; load: Load }
  | { kind: "ready"; engine: Engine; inMemory: InMemory }
  /** The engine is asked when the files of the answer's fine-tunes are known. */
  | { kind: "generating"; engine: Engine; inMemory: InMemory; answer: Answer }
  | { kind: "load-failed"; engine: Engine | null; modelId: ModelId; failure: Failure }
  | { kind: "crashed"; engine: null; modelId: ModelId | null; failure: Failure };

export type Wish =
  | { kind: "none" }
  /** A first model is being chosen or planned: messages wait. */
  | { kind: "choosing" }
  /** `now`: not only when a message needs it. */
  | { kind: "model"; model: ModelToLoad; now: boolean }
  /** It is not loaded until somebody asks for it again. */
  | { kind: "refused"; model: ModelToLoad; reason: Failure }
  | { kind: "closing"; onAnswerEnd: () => void };

/** As the window sees it. */
export function shownState(state: SessionState): EngineState {
  switch (state.kind) {
    case "idle":
      return { kind: "idle" };
    case "starting":
      return { kind: "starting", modelId: state.modelId };
    case "loading": {
      const { model, fraction, preparesGpu } = state.load;
      return { kind: "loading", modelId: model.id, modelName: model.name, fraction, preparesGpu };
    }
    case "ready":
      return { kind: "ready", model: state.inMemory.model };
    case "generating": {
      const { job, phase, prefillFraction, unresponsive } = state.answer;
      const { chatId, messageId, requestId } = job;
      const { model } = state.inMemory;
      return { kind: "generating", model, chatId, messageId, requestId, phase, prefillFraction, unresponsive };
    }
    case "load-failed":
      return { kind: "load-failed", modelId: state.modelId, failure: state.failure };
    case "crashed":
      return { kind: "crashed", modelId: state.modelId, failure: state.failure };
  }
}

export function modelIdOf(state: SessionState): ModelId | null {
  switch (state.kind) {
    case "loading":
      return state.load.model.id;
    case "ready":
    case "generating":
      return state.inMemory.model.modelId;
    case "starting":
      return state.modelId;
    default:
      return null;
  }
}
