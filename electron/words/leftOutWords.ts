// What was found beside models in files and folders, and is not used.
import type { ImportOffer } from "../contract/importing";
import { countedKind } from "./fileKindWords";

/** "Left out, being no models by themselves: 2 draft models. Not in the GGUF format: notes.gguf." */
export function leftOutWords({ leftOut: { others, notGguf, notWhole } }: Pick<ImportOffer, "leftOut">): string | null {
  const kinds = others.flatMap(({ kind, count }) => (kind === "model" ? [] : [countedKind(kind, count)]));
  const sentences = [
    ...(kinds.length === 0 ? [] : [`Left out, being no models by themselves: ${kinds.join(", ")}.`]),
    ...(notWhole.length === 0
      ? []
      : [`In pieces that must be joined first, which Facet cannot do yet: ${notWhole.join(", ")}.`]),
    ...(notGguf.length === 0 ? [] : [`Not in the GGUF format: ${notGguf.join(", ")}.`]),
  ];
  return sentences.length === 0 ? null : sentences.join(" ");
}
