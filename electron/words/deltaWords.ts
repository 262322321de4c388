// What is known of a fine-tune, in words and numbers.
import type { Delta, DeltaForModel } from "../contract/deltas";
import { failureText } from "./failureText";
import { formatBytes, formatCount, formatPercent } from "./quantities";
import { deltaKinds } from "./deltaKinds";
import { t } from "./language";
import { sentences } from "./sentences";

/** "1-bit" or "LoRA, rank 16". */
export function kindAndRank({ kind, rank }: Pick<Delta["facts"], "kind" | "rank">): string {
  const word = deltaKinds[kind].word();
  return rank === null ? word : t("{kind}, rank {rank}", { kind: word, rank: formatCount(rank) });
}

/** "96% kept": how near it comes to the fine-tune it was made from. */
export function keptWords(fidelity: number | null): string {
  return fidelity === null ? t("not measured") : t("{percent} kept", { percent: formatPercent(fidelity) });
}

/** What came of making or fetching it. */
export function deltaFacts({ sizeBytes, facts }: Pick<Delta, "sizeBytes" | "facts">): string[] {
  return [kindAndRank(facts), formatBytes(sizeBytes), ...(facts.fidelity === null ? [] : [keptWords(facts.fidelity)])];
}

/** The model that it was made for, as far as its file or its making tells. */
export function baseName({ facts, origin }: Pick<Delta, "facts" | "origin">): string | null {
  return facts.baseName ?? (origin.kind === "made" ? origin.baseName : null);
}

/** To group by: what has no name goes by its architecture. */
export function baseTitle(delta: Pick<Delta, "facts" | "origin">): string {
  return baseName(delta) ?? t("a “{architecture}” model", { architecture: delta.facts.architecture });
}

/** How it is known to fit the loaded model: after a colon. */
export function matchWords({ delta, match }: Pick<DeltaForModel, "delta" | "match">): string {
  if (delta.facts.baseFingerprint === null)
    return match === "shapes-fit" ? t("its shapes only, so try it") : t("its shapes");
  return t("its fingerprint");
}

export function originWords(origin: Delta["origin"]): string {
  switch (origin.kind) {
    case "file":
      return t("from {source}", { source: origin.fileName });
    case "hub":
      return t("from {source}", { source: origin.repository });
    case "made":
      return t("made by Facet from {source}", { source: origin.fineTuneName });
  }
}

export interface DeltaGroup {
  readonly kind: "usable" | "broken" | "others";
  readonly deltas: readonly DeltaForModel[];
}

/** Those that go with the model, those whose file has a problem, those that were made for others; no empty group. */
export function groupDeltas(deltas: readonly DeltaForModel[]): DeltaGroup[] {
  const kindOf = ({ delta, match }: DeltaForModel): DeltaGroup["kind"] =>
    delta.failure !== null ? "broken" : match === "refused" ? "others" : "usable";
  return (["usable", "broken", "others"] as const)
    .map((kind) => ({ kind, deltas: deltas.filter((each) => kindOf(each) === kind) }))
    .filter((group) => group.deltas.length > 0);
}

/** Why it cannot be used, and what to do; of one that is only for another model, why. null = it can be used. */
export function problemWords({ delta, match, failure }: DeltaForModel): string | null {
  if (delta.failure !== null) {
    const { happened, advice } = failureText(delta.failure);
    return sentences(happened, advice);
  }
  return match === "refused" && failure !== null ? failureText(failure).happened : null;
}
