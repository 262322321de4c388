// Jobs on deltas: make one from a base and its fine-tune, change its form, say whether it fits a base.
import { z } from "zod";

const Path = z.string().min(1).max(4096);
const Name = z.string().max(120);
const Threads = z.number().int().min(1).max(512);

/** Larger ranks make files as large as a 1-bit delta, or larger, without its fidelity. */
export const MAX_EXTRACTED_RANK = 512;

/** What models are compared on. Of a dialogue only the answer counts; its prompt is in the model's own form of a turn. */
export const ComparedText = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("texts"), paths: z.array(Path).min(1).max(100) }),
  z.strictObject({
    kind: z.literal("dialogues"),
    dialogues: z
      .array(z.strictObject({ prompt: z.string().max(20_000), answer: z.string().max(20_000) }))
      .min(1)
      .max(1000),
  }),
]);
export type ComparedText = z.infer<typeof ComparedText>;

export const MakeDeltaRequest = z.strictObject({
  kind: z.literal("make-delta"),
  /** 16 bits, 32 bits or Q8_0 both; a split model is named by its first file. */
  base: Path,
  fineTune: Path,
  target: Path,
  /** For display; they go into the file. */
  name: Name,
  baseName: Name,
  fineTuneName: Name,
  /** rank: of a LoRA that is extracted. compact: without the Hadamard factors, to keep and to share. */
  result: z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("bitdelta"), compact: z.boolean() }),
    z.strictObject({ kind: z.literal("lora"), rank: z.number().int().min(1).max(MAX_EXTRACTED_RANK) }),
  ]),
  /** Of the base; weights the 1-bit scales. null = without. */
  importanceMatrix: Path.nullable(),
  /**
   * Of 1-bit deltas in their full form: scales are fitted to the fine-tune's answers on `on`, and the fit is kept if it helps on
   * `heldOut`; null there = fitted on one half of `on`, held against the other. chunkLimit: chunks of text, or dialogues. null = not.
   */
  refinement: z
    .strictObject({ on: ComparedText, heldOut: ComparedText.nullable(), chunkLimit: z.number().int().min(1).max(64) })
    .nullable(),
  /** Measures how faithful it is, on text that nothing was fitted to, and notes that in the file. chunkLimit 0 = all. null = not. */
  fidelity: z.strictObject({ on: ComparedText, chunkLimit: z.number().int().min(0).max(10_000) }).nullable(),
  threads: Threads,
  appVersion: z.string().max(40),
});
export type MakeDeltaRequest = z.infer<typeof MakeDeltaRequest>;

/** llama.cpp evaluates neither the compact form nor has a LoRA scales to fit. */
export function isRefined(result: MakeDeltaRequest["result"]): boolean {
  return result.kind === "bitdelta" && !result.compact;
}

/** From the compact form to llama.cpp's, or back. */
export const ConvertDeltaRequest = z.strictObject({
  kind: z.literal("convert-delta"),
  source: Path,
  target: Path,
  compact: z.boolean(),
});
export type ConvertDeltaRequest = z.infer<typeof ConvertDeltaRequest>;

/** A PEFT adapter (adapter_config.json and safetensors) as a llama.cpp adapter for a base. */
export const ConvertPeftRequest = z.strictObject({
  kind: z.literal("convert-peft"),
  weights: Path,
  config: Path,
  /** A GGUF model: for its architecture, and checked against all its shapes. A split model is named by its first file. */
  base: Path,
  target: Path,
  /** For display; they go into the file. */
  name: Name,
  licence: z.string().max(60).nullable(),
});
export type ConvertPeftRequest = z.infer<typeof ConvertPeftRequest>;

/** Some tenths of a second. */
export const CheckDeltaBaseRequest = z.strictObject({
  kind: z.literal("check-delta-base"),
  delta: Path,
  model: Path,
});
export type CheckDeltaBaseRequest = z.infer<typeof CheckDeltaBaseRequest>;

/**
 * "same": the base, in whatever quantization. "unknown": the delta has no fingerprint, but every tensor finds its
 * place. "trained-further": near to the base, but not it. "is-fine-tune": the fine-tune that the delta was made from.
 */
export const BaseVerdict = z.enum([
  "same",
  "unknown",
  "other-architecture",
  "other-tokenizer",
  "other-shapes",
  "other-weights",
  "trained-further",
  "is-fine-tune",
]);
export type BaseVerdict = z.infer<typeof BaseVerdict>;

export const Fidelity = z.strictObject({
  /** Mean KL divergence of the next token's distribution, seen from the fine-tune, in nats. */
  klBase: z.number(),
  klDelta: z.number(),
  /** 1 = as the fine-tune, 0 = no better than the base; below 0 = worse. */
  gapClosed: z.number(),
  /** Share of positions with the fine-tune's most likely token, 0 to 1. */
  sameTopBase: z.number(),
  sameTopDelta: z.number(),
  perplexityBase: z.number(),
  perplexityDelta: z.number(),
  perplexityFineTune: z.number(),
  positions: z.number(),
});
export type Fidelity = z.infer<typeof Fidelity>;

export const MakeDeltaResult = z.strictObject({
  kind: z.literal("make-delta"),
  fileBytes: z.number(),
  /** Of the file, for each weight that it changes. */
  bitsPerWeight: z.number(),
  /** Share of the change's sum of squares that the file reproduces, 0 to 1. */
  captured: z.number(),
  /** Share of the change's sum of squares that cannot travel in an adapter. */
  leftOutShare: z.number(),
  /** Each with its share, and its change in relation to itself. */
  leftOut: z.array(z.strictObject({ name: z.string(), share: z.number(), relative: z.number() })),
  foldedNorms: z.array(z.string()),
  /** null = not tried. KL on held-out text before and after, in nats. */
  refinement: z.strictObject({ kept: z.boolean(), klBefore: z.number(), klAfter: z.number() }).nullable(),
  fidelity: Fidelity.nullable(),
  tookMs: z.number(),
});

export const ConvertDeltaResult = z.strictObject({ kind: z.literal("convert-delta"), fileBytes: z.number() });

export const ConvertPeftResult = z.strictObject({ kind: z.literal("convert-peft"), fileBytes: z.number() });

export const CheckDeltaBaseResult = z.strictObject({
  kind: z.literal("check-delta-base"),
  verdict: BaseVerdict,
  /** Of sampled rows, in relation to their length: about √2 for unrelated models. */
  distance: z.number(),
  /** What the model's quantization explains. */
  distanceAllowed: z.number(),
  /** Largest change of a norm or bias, in relation to itself. */
  vectorDistance: z.number(),
  /** How far the model is along the way from the base (0) to the fine-tune (about 1). */
  along: z.number(),
});
