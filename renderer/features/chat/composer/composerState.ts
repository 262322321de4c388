// Whether a message can be sent now, and the sentence that says why not or what to expect.
import type { EngineState } from "../../../../electron/contract/engineState";
import { t } from "../../../../electron/words/language";

export interface ComposerState {
  readonly canSend: boolean;
  /** null: nothing needs to be said. */
  readonly hint: string | null;
}

export function composerState(engine: EngineState, hasModel: boolean, isWriting: boolean): ComposerState {
  if (!hasModel) return { canSend: false, hint: t("There is no model yet. Choose one at the top.") };
  if (isWriting) return { canSend: false, hint: null };
  switch (engine.kind) {
    case "starting":
    case "loading":
      return { canSend: true, hint: t("The model is loading. You can already send.") };
    case "load-failed":
      return { canSend: false, hint: t("No model is loaded. Try again, or choose another model.") };
    case "generating":
      return { canSend: true, hint: t("The model is answering in another chat.") };
    case "idle":
    case "ready":
    case "crashed":
      return { canSend: true, hint: null };
  }
}
