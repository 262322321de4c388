// Whether the model thinks before it answers, as the user says it.
import type { ThinkingChoice } from "../../../contract/thinking";
import { CommandError, EXIT } from "../CommandError";

export function thinkingOf(text: string): ThinkingChoice {
  if (text === "on" || text === "off") return { isOn: text === "on" };
  throw new CommandError(`think cannot be “${text}”: it is on or off.`, EXIT.wrongUse);
}
