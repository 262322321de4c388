// Which variants of a model to show, and which of them to take on this machine, and why.
import type { FileKind } from "../contract/fileKind";
import type { Fit } from "../contract/fit";
import { freeBytes } from "../contract/freeBytes";
import type { HubVariant } from "../contract/hub";
import { isUnchecked, uncheckedReason } from "./fitWords";
import { t } from "./language";

/** Of the free memory: what a model may take and still leave other programs theirs. */
const ROOMY_SHARE = 0.75;
/** Beside its weights a model needs its KV cache and buffers: a rough start, until the verdicts are here. */
const ROUGH_OVERHEAD = 1.2;
/** Some repositories have thirty variants; up to this many are all shown. */
const SHOW_ALL_UP_TO = 7;
/** Of more, these: one per step of quality. */
const USUAL = /(?:^|[-_])(?:Q8_0|Q6_K|Q5_K_M|Q4_K_M|IQ4_XS|Q3_K_M|Q2_K|MXFP4(?:_MOE)?)$/u;
/** Files of full precision are for making other files: twice the size of Q8_0, for a difference that is hard to measure. */
const UNQUANTIZED = /^(?:BF16|F16|F32|FP16|FP32)$/u;
/** Quantizations of one model differ less in size than this; projectors, drafts and matrices are far smaller than it. */
const ODD_SHARE = 0.5;

const COARSE = /(?:^|-)I?Q[123]_/u;

/** What a variant's header says; null = it is not read yet, or cannot be. */
export type KindOf = (variant: HubVariant) => FileKind | null;

/** What to take of a repository. One sentence each for people, without a full stop. */
export type Choice =
  /** The verdict on `missing` is needed first. */
  | { readonly kind: "undecided"; readonly missing: HubVariant }
  | { readonly kind: "best"; readonly variant: HubVariant; readonly why: string }
  | { readonly kind: "none"; readonly why: string };

/** The models among the files of a repository, as far as is known, smallest first. */
export function modelVariants(variants: readonly HubVariant[], kindOf: KindOf): HubVariant[] {
  const models = variants.filter((variant) => (kindOf(variant) ?? "model") === "model");
  // A draft is smaller than any model: until its header was read, it would be what fits best.
  const without = models.filter((variant) => !variant.isNamedDraft || kindOf(variant) === "model");
  return (without.length > 0 ? without : models).toSorted((one, other) => one.sizeBytes - other.sizeBytes);
}

/** Called as drafts are, of unknown kind: to have their headers read, nothing more. */
export function namedDrafts(variants: readonly HubVariant[], kindOf: KindOf): HubVariant[] {
  return variants.filter((variant) => variant.isNamedDraft && kindOf(variant) === null);
}

/** What is shown before the user asks for all of them. */
export function usualVariants(variants: readonly HubVariant[], likely: HubVariant | null): HubVariant[] {
  if (variants.length <= SHOW_ALL_UP_TO) return [...variants];
  const usual = variants.filter((variant) => variant === likely || USUAL.test(variant.quantization ?? ""));
  return usual.length >= 3 ? usual : variants.slice(0, SHOW_ALL_UP_TO);
}

/** Of those that are not shown: which are, by their sizes, most likely no models. To have their headers read, nothing more. */
export function oddVariants(variants: readonly HubVariant[], shown: readonly HubVariant[]): HubVariant[] {
  const smallest = Math.min(...shown.map(({ sizeBytes }) => sizeBytes));
  return variants.filter((variant) => !shown.includes(variant) && variant.sizeBytes < smallest * ODD_SHARE);
}

/** By file sizes alone: what to judge first, so that a card costs one header and not thirty. Nothing that is proposed. */
export function likelyVariant(variants: readonly HubVariant[], availableBytes: number): HubVariant | null {
  const usable = usableVariants(variants);
  return (
    usable.find(({ sizeBytes }) => sizeBytes * ROUGH_OVERHEAD <= availableBytes * ROOMY_SHARE) ?? usable.at(-1) ?? null
  );
}

/** `variants`: models as far as is known. Only one whose header was read is proposed. */
export function bestVariant(variants: readonly HubVariant[], fitOf: (variant: HubVariant) => Fit | null): Choice {
  if (variants.length === 0) return { kind: "none", why: t("There is no model to chat with in this repository") };
  const usable = usableVariants(variants);
  if (usable.length === 0)
    return {
      kind: "none",
      why: variants.length === 1 ? t("This one can’t be downloaded") : t("None of these can be downloaded"),
    };
  const judged: Judged[] = [];
  const best = (variant: HubVariant, why: string): Choice => ({
    kind: "best",
    variant,
    why: judged.some(({ fit }) => isUnchecked(fit)) ? t("{why} (of those that could be checked)", { why }) : why,
  });
  for (const variant of usable) {
    const fit = fitOf(variant);
    if (fit === null) return { kind: "undecided", missing: variant };
    judged.push({ variant, fit });
    // The largest that leaves room and is not slow: smaller ones need no verdict.
    if (isRoomy(fit) && fit.runs !== "slow") return best(variant, t("Best quality that leaves room to spare"));
  }
  // All are slow: then the quickest one that has not lost its quality for it.
  const roomy = judged.filter(({ fit }) => isRoomy(fit));
  const quick = roomy.findLast(({ variant }) => !isCoarse(variant)) ?? roomy[0];
  if (quick !== undefined) return best(quick.variant, t("The fastest of good quality"));
  const fitting = judged.findLast(({ fit }) => fit.verdict === "fits");
  if (fitting !== undefined) return best(fitting.variant, t("Fits with the most room"));
  const inPart = judged.find(({ fit }) => fit.verdict === "partly-on-gpu");
  if (inPart !== undefined) return best(inPart.variant, t("Best quality that runs, partly on the GPU"));
  const shorter = judged.findLast(({ fit }) => fit.verdict === "smaller-context");
  if (shorter !== undefined) return best(shorter.variant, t("Fits with the longest context"));
  return { kind: "none", why: noneWords(judged.map(({ fit }) => fit)) };
}

interface Judged {
  readonly variant: HubVariant;
  readonly fit: Fit;
}

/** Of verdicts none of which is good: too large, no kind that Facet runs, or not known. */
function noneWords(fits: readonly Fit[]): string {
  const unchecked = fits.filter(isUnchecked);
  const reasons = [...new Set(unchecked.map(uncheckedReason))].join("; ");
  if (unchecked.length === fits.length) return t("Couldn’t be checked: {reasons}", { reasons });
  const tooLarge = fits.filter(({ verdict }) => verdict === "does-not-fit").length;
  const problem = tooLarge === fits.length - unchecked.length ? "too-large" : tooLarge === 0 ? "cannot-run" : "both";
  if (unchecked.length > 0) return noneCheckedWords(problem, reasons);
  switch (problem) {
    case "too-large":
      return fits.length === 1
        ? t("This one doesn’t fit in the free memory")
        : t("None of these fits in the free memory");
    case "cannot-run":
      return fits.length === 1 ? t("Facet can’t run this one") : t("Facet can’t run any of these");
    case "both":
      return t("None of these fits or can be run by Facet");
  }
}

function noneCheckedWords(problem: "too-large" | "cannot-run" | "both", reasons: string): string {
  switch (problem) {
    case "too-large":
      return t("None that could be checked fits in the free memory; the others couldn’t be checked: {reasons}", {
        reasons,
      });
    case "cannot-run":
      return t("Facet can’t run any that could be checked; the others couldn’t be checked: {reasons}", { reasons });
    case "both":
      return t("None that could be checked fits or can be run by Facet; the others couldn’t be checked: {reasons}", {
        reasons,
      });
  }
}

function isRoomy({ verdict, neededBytes, machine }: Fit): boolean {
  return verdict === "fits" && neededBytes !== null && neededBytes <= freeBytes(machine) * ROOMY_SHARE;
}

export function isUnquantized({ quantization }: HubVariant): boolean {
  return UNQUANTIZED.test(quantization ?? "");
}

/** Of fewer than four bits a weight. */
function isCoarse({ quantization }: HubVariant): boolean {
  return COARSE.test(quantization ?? "");
}

/** What can be downloaded and is meant to be run, largest first. */
function usableVariants(variants: readonly HubVariant[]): HubVariant[] {
  const whole = variants
    .filter(({ obstacle }) => obstacle === null)
    .sort((one, other) => other.sizeBytes - one.sizeBytes);
  const quantized = whole.filter((variant) => !isUnquantized(variant));
  return quantized.length > 0 ? quantized : whole;
}
