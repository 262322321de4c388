// What was found beside models in files and folders, and is not used.
import type { ImportOffer } from "../contract/importing";
import { countedKind } from "./fileKindWords";
import { t } from "./language";
import { formatList } from "./quantities";
import { sentences } from "./sentences";

/** "Left out, because they aren't models by themselves: 2 draft models. Not in the GGUF format: notes.gguf." */
export function leftOutWords({ leftOut: { others, notGguf, notWhole } }: Pick<ImportOffer, "leftOut">): string | null {
  const kinds = others.flatMap(({ kind, count }) => (kind === "model" ? [] : [countedKind(kind, count)]));
  const words = sentences(
    kinds.length === 0
      ? null
      : t("Left out, because they aren’t models by themselves: {kinds}.", { kinds: formatList(kinds) }),
    notWhole.length === 0
      ? null
      : t("In parts that must be joined first, which Facet can’t do yet: {files}.", { files: formatList(notWhole) }),
    notGguf.length === 0 ? null : t("Not in the GGUF format: {files}.", { files: formatList(notGguf) }),
  );
  return words === "" ? null : words;
}
