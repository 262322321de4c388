// What is known of a fine-tune, in words and numbers.
import type { Delta, DeltaForModel } from "../contract/deltas";
import { failureText } from "./failureText";
import { formatBytes, formatPercent } from "./quantities";
import { deltaKinds } from "./deltaKinds";

/** "1-bit" or "LoRA, rank 16". */
export function kindAndRank({ kind, rank }: Pick<Delta["facts"], "kind" | "rank">): string {
  const { word } = deltaKinds[kind];
  return rank === null ? word : `${word}, rank ${rank}`;
}

/** "96% kept": how near it comes to the fine-tune it was made from. */
export function keptWords(fidelity: number | null): string {
  return fidelity === null ? "not measured" : `${formatPercent(fidelity)} kept`;
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
  return baseName(delta) ?? `a “${delta.facts.architecture}” model`;
}

/** How it is known to go with the loaded model. */
export function matchWords({ delta, match }: Pick<DeltaForModel, "delta" | "match">): string {
  if (delta.facts.baseFingerprint === null)
    return match === "shapes-fit" ? "its shapes alone, so try it and see" : "its shapes alone";
  return "its fingerprint";
}

export function originWords(origin: Delta["origin"]): string {
  switch (origin.kind) {
    case "file":
      return `from ${origin.fileName}`;
    case "hub":
      return `from ${origin.repository}`;
    case "made":
      return `made here from ${origin.fineTuneName}`;
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
    return `${happened} ${advice}`;
  }
  return match === "refused" && failure !== null ? failureText(failure).happened : null;
}
