// What is said of each kind of delta; a new kind is one entry, and one more where it can be made here.
import type { DeltaKind } from "../contract/deltaKinds";
import type { MadeDelta } from "../contract/makeDelta";
import { t } from "./language";

interface KindEntry {
  /** Beside a name. */
  readonly word: () => string;
  /** It has a smaller form, for keeping and sharing, that Facet alone reads. */
  readonly hasCompactForm: boolean;
  /** Its strength is fitted after it was made. */
  readonly isFitted: boolean;
}

export const deltaKinds: Readonly<Record<DeltaKind, KindEntry>> = {
  bitdelta: { word: () => t("1-bit"), hasCompactForm: true, isFitted: true },
  lora: { word: () => t("LoRA"), hasCompactForm: false, isFitted: false },
};

/** The job that makes one, in a list. */
export const makingJobs: Readonly<Record<MadeDelta["kind"], () => string>> = {
  bitdelta: () => t("make a 1-bit delta"),
  lora: () => t("extract a LoRA"),
};
