// What the composer says before a message is sent without something of the chat's stack.
import { stackName } from "../../deltas/stackWords";
import type { FineTuneChoice } from "./fineTuneChoices";

/** `leftOut`: those of the stack with a problem. */
export function leftOutWords(leftOut: readonly FineTuneChoice[], stackSize: number): string | null {
  const [first] = leftOut;
  if (first === undefined) return null;
  const names = `“${stackName(leftOut.map(({ entry }) => ({ ...entry, scale: 1 })))}”`;
  const instead = leftOut.length === stackSize ? "Base answers" : "the others answer";
  switch (first.problem?.code) {
    case "delta-missing":
      return `${names} was deleted, so ${instead}.`;
    case "delta-crashed-last-time":
      return `The engine stopped with ${names} the last time. Choose it again to try once more; until then ${instead}.`;
    case "delta-changed":
      return `The file of ${names} was changed, so ${instead}.`;
    default:
      return `${names} does not fit this model, so ${instead}. Load its model, or choose another one at the top.`;
  }
}
