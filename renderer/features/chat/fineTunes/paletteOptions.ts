// What the palette lists for the words that were typed: the base (null), and the fine-tunes that can be chosen.
import type { FineTuneChoice } from "./fineTuneChoices";
import { t } from "../../../../electron/words/language";

export function paletteOptions(choices: readonly FineTuneChoice[], query: string): (FineTuneChoice | null)[] {
  const words = query
    .toLowerCase()
    .split(/\s+/u)
    .filter((word) => word !== "");
  const has = (name: string) => words.every((word) => name.toLowerCase().includes(word));
  return [
    ...(has(t("Base")) ? [null] : []),
    ...choices.filter(({ entry, canBeChosen }) => canBeChosen && has(entry.name)),
  ];
}
