// Which variants of a model to show, and which of them to take on this machine, and why. Renderer.
import type { Fit } from "../../../electron/contract/fit";
import type { HubVariant } from "../../../electron/contract/hub";
import { freeBytes } from "./fitWords";

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

export interface VariantChoice {
  readonly variant: HubVariant;
  /** One sentence for people, without a full stop. */
  readonly why: string;
}

/** The models among the files of a repository, smallest first. */
export function modelVariants(variants: readonly HubVariant[]): HubVariant[] {
  return variants.filter(({ kind }) => kind === "model").sort((one, other) => one.sizeBytes - other.sizeBytes);
}

/** What is shown before the person asks for all of them. */
export function usualVariants(variants: readonly HubVariant[], likely: HubVariant | null): HubVariant[] {
  if (variants.length <= SHOW_ALL_UP_TO) return [...variants];
  const usual = variants.filter((variant) => variant === likely || USUAL.test(variant.quantization ?? ""));
  return usual.length >= 3 ? usual : variants.slice(0, SHOW_ALL_UP_TO);
}

/** By file sizes alone: what to judge first, so that a card costs one header and not thirty. */
export function likelyVariant(variants: readonly HubVariant[], availableBytes: number): HubVariant | null {
  const usable = usableVariants(variants);
  return usable.find(({ sizeBytes }) => sizeBytes * ROUGH_OVERHEAD <= availableBytes * ROOMY_SHARE) ?? usable.at(-1) ?? null;
}

/** "undecided" as long as a verdict is missing on which the choice depends; null when nothing runs. */
export function bestVariant(variants: readonly HubVariant[], fitOf: (variant: HubVariant) => Fit | null): VariantChoice | "undecided" | null {
  const judged: { variant: HubVariant; fit: Fit }[] = [];
  for (const variant of usableVariants(variants)) {
    const fit = fitOf(variant);
    if (fit === null) return "undecided";
    judged.push({ variant, fit });
    // The largest that leaves room: smaller ones need no verdict.
    if (isRoomy(fit)) return { variant, why: "Best quality that leaves room to spare" };
  }
  const fitting = judged.findLast(({ fit }) => fit.verdict === "fits");
  if (fitting !== undefined) return { variant: fitting.variant, why: "Fits with the most room" };
  const inPart = judged.find(({ fit }) => fit.verdict === "partly-on-gpu");
  if (inPart !== undefined) return { variant: inPart.variant, why: "Best quality that runs, in part on the GPU" };
  const shorter = judged.findLast(({ fit }) => fit.verdict === "smaller-context");
  if (shorter !== undefined) return { variant: shorter.variant, why: "Fits with the longest context" };
  return null;
}

function isRoomy({ verdict, neededBytes, machine }: Fit): boolean {
  return verdict === "fits" && neededBytes !== null && neededBytes <= freeBytes(machine) * ROOMY_SHARE;
}

export function isUnquantized({ quantization }: HubVariant): boolean {
  return UNQUANTIZED.test(quantization ?? "");
}

/** What can be downloaded and is meant to be run, largest first. */
function usableVariants(variants: readonly HubVariant[]): HubVariant[] {
  const whole = modelVariants(variants).filter(({ obstacle }) => obstacle === null).reverse();
  const quantized = whole.filter((variant) => !isUnquantized(variant));
  return quantized.length > 0 ? quantized : whole;
}
