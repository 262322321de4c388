// What the composer says before a message is sent without something of the chat's stack.
import { stackName } from "../../deltas/stackWords";
import type { FineTuneChoice } from "./fineTuneChoices";
import { t } from "../../../../electron/words/language";

/** `leftOut`: those of the stack with a problem. */
export function leftOutWords(leftOut: readonly FineTuneChoice[], stackSize: number): string | null {
  const [first] = leftOut;
  if (first === undefined) return null;
  const names = stackName(leftOut.map(({ entry }) => ({ ...entry, scale: 1 })));
  const instead = leftOut.length === stackSize ? t("Base answers instead.") : t("The others answer without it.");
  return [whyWords(first, names), instead].join(" ");
}

function whyWords({ problem }: FineTuneChoice, names: string): string {
  switch (problem?.code) {
    case "delta-missing":
      return t("“{names}” was deleted.", { names });
    case "delta-crashed-last-time":
      return t("The model stopped unexpectedly the last time “{names}” answered. Choose it again to retry.", { names });
    case "delta-changed":
      return t("The file of “{names}” was changed.", { names });
    default:
      return t("“{names}” doesn’t fit this model. Load its model, or choose another fine-tune at the top.", { names });
  }
}
