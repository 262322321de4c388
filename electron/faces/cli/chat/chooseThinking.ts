// Whether the model thinks before it answers, as the user says it.
import type { ThinkingChoice } from "../../../contract/thinking";
import type { LoadedModel } from "../../../contract/model";
import type { ChatSettings } from "../../../contract/sampling";
import { t } from "../../../words/language";
import { CommandError, EXIT } from "../CommandError";

export function thinkingOf(text: string): ThinkingChoice {
  if (text === "on" || text === "off") return { isOn: text === "on" };
  throw new CommandError(
    t("{name} cannot be “{text}”: it is on or off.", { name: "think", text }), // "on" and "off" are typed
    EXIT.wrongUse,
  );
}

/** What is to be said of the choice with this model; null = nothing. */
export function thinkingProblem({ thinking }: ChatSettings, model: LoadedModel | null): string | null {
  if (thinking?.isOn !== true || model === null || model.format.thinking !== null) return null;
  return t("{model} answers without thinking: its file offers nothing else.", { model: model.name });
}
