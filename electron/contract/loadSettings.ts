// How a model is loaded: what the user set, what Facet chooses for the rest and why, and what that took of the memory.
import { z } from "zod";
import { Failure } from "./failure";
import { Fit, FitParts, KvCacheType, MAX_CONVERSATIONS } from "./fit";
import { ModelId } from "./ids";

export const MIN_LOAD_CONTEXT_TOKENS = 512;
/** The largest contexts that models are trained on today are ten million tokens. */
export const MAX_LOAD_CONTEXT_TOKENS = 16_777_216;
/** More layers and cores than anything has. */
export const MAX_GPU_LAYERS = 10_000;
export const MAX_THREADS = 1_024;
/** Quantized KV caches hold values in blocks of this many; a head must be made of whole blocks. */
export const CACHE_BLOCK_VALUES = 32;

/** What the user set for one model; null = automatic. */
export const LoadSettings = z.strictObject({
  contextSizeTokens: z.number().int().min(MIN_LOAD_CONTEXT_TOKENS).max(MAX_LOAD_CONTEXT_TOKENS).nullable(),
  keyCacheType: KvCacheType.nullable(),
  valueCacheType: KvCacheType.nullable(),
  gpuLayers: z.number().int().min(0).max(MAX_GPU_LAYERS).nullable(),
  threads: z.number().int().min(1).max(MAX_THREADS).nullable(),
  flashAttention: z.boolean().nullable(),
  mmap: z.boolean().nullable(),
});
export type LoadSettings = z.infer<typeof LoadSettings>;

export const automaticLoadSettings: LoadSettings = {
  contextSizeTokens: null,
  keyCacheType: null,
  valueCacheType: null,
  gpuLayers: null,
  threads: null,
  flashAttention: null,
  mmap: null,
};

/** llama.cpp reads a quantized value cache only with flash attention: set so, the two cannot be had together. */
export function isPossible({ flashAttention, valueCacheType }: LoadSettings): boolean {
  return flashAttention !== false || valueCacheType === null || valueCacheType === "f16";
}

/** Every setting with a value. */
export const LoadChoice = z.strictObject({
  contextSizeTokens: z.number().int(),
  keyCacheType: KvCacheType,
  valueCacheType: KvCacheType,
  /** 0 = all on the processor. */
  gpuLayers: z.number().int(),
  threads: z.number().int(),
  flashAttention: z.boolean(),
  mmap: z.boolean(),
  /** Chats whose KV caches the context holds. Absent in what was kept before it was planned. */
  conversations: z.number().int().min(1).max(MAX_CONVERSATIONS).default(1),
});
export type LoadChoice = z.infer<typeof LoadChoice>;
export type LoadSettingName = keyof LoadSettings;

/** Why a setting has its value. The words are in renderer/features/loading/loadWords.ts. */
export const LoadReason = z.enum([
  /** Set by the user. */
  "chosen",
  /** Enough for long chats. */
  "target",
  /** All that the model was trained for. */
  "training",
  /** What the free memory allows. */
  "memory",
  /** Less than what failed the last time. */
  "failed-before",
  "exact",
  "needs-flash-attention",
  "heads-not-divisible",
  "no-gpu",
  "whole-on-gpu",
  "gpu-memory",
  /** The GPU computes all but the embedding: more threads would only wait. */
  "gpu-computes",
  "leaves-one-core",
  "only-core",
  "faster",
  "not-supported",
  "used-in-place",
  "copied-anyway",
  /** The GPU reads the layers that the processor keeps faster from a copy. */
  "copied-for-gpu",
  /** One chat is enough for the base alone. */
  "no-fine-tunes",
  /** Switching between fine-tunes then reads nothing again. */
  "fine-tunes",
  /** The engine refused the planned size and took a smaller one. */
  "refused",
]);
export type LoadReason = z.infer<typeof LoadReason>;

export const LoadReasons = z.strictObject({
  contextSizeTokens: LoadReason,
  keyCacheType: LoadReason,
  valueCacheType: LoadReason,
  gpuLayers: LoadReason,
  threads: LoadReason,
  flashAttention: LoadReason,
  mmap: LoadReason,
  conversations: LoadReason,
});
export type LoadReasons = z.infer<typeof LoadReasons>;

/** A load before it happens. */
export const LoadPlan = z.strictObject({
  choice: LoadChoice,
  reasons: LoadReasons,
  /** Verdict "unknown" never keeps anybody from loading. */
  fit: Fit,
  /** choice.conversations, or what it grows to with the first fine-tune. */
  conversationsWithDeltas: z.number().int().min(1).max(MAX_CONVERSATIONS),
  /** What those beyond the first take. */
  moreConversationsBytes: z.number(),
});
export type LoadPlan = z.infer<typeof LoadPlan>;

/** A load that would not fit: what was asked for and the nearest that fits. */
export const LoadWarning = z.strictObject({
  modelId: ModelId,
  modelName: z.string(),
  plan: LoadPlan,
  /** null = nothing that makes sense fits. */
  nearest: LoadPlan.nullable(),
});
export type LoadWarning = z.infer<typeof LoadWarning>;

/** A load that failed although it was planned, kept so that the next one asks for less. */
export const FailedLoad = z.strictObject({
  atMs: z.number(),
  failure: Failure,
  choice: LoadChoice,
});
export type FailedLoad = z.infer<typeof FailedLoad>;

/** What the settings of one model show. */
export const LoadSettingsView = z.strictObject({
  modelId: ModelId,
  settings: LoadSettings,
  /** With these settings, now. */
  plan: LoadPlan,
  /** With everything automatic, now. */
  automatic: LoadPlan,
  lastFailure: FailedLoad.nullable(),
  cores: z.number().int(),
  /** Layers that a GPU could take; 0 without one. null = not known. */
  layers: z.number().int().nullable(),
});
export type LoadSettingsView = z.infer<typeof LoadSettingsView>;

/**
 * One load: what was predicted and what was then measured. Both speak of the peak resident memory of the engine process
 * once the context has been read to its end; until then, what is measured can only be less.
 */
export const LoadRecord = z.strictObject({
  id: z.string().max(64),
  atMs: z.number(),
  modelId: ModelId,
  modelName: z.string().max(200),
  choice: LoadChoice,
  /** null = nothing could be predicted. */
  predicted: FitParts.nullable(),
  /** Of it, what is on GPUs, which the measured memory of the process is without. Absent in what was kept before it was told apart. */
  onGpuBytes: z.number().default(0),
  /** Peak so far; null where the system does not say or the load failed. */
  measuredPeakBytes: z.number().nullable(),
  /** Most tokens that were in the context at once. */
  contextUsedTokens: z.number().int(),
  /** The load failed with this. */
  failureCode: z.string().max(60).nullable(),
});
export type LoadRecord = z.infer<typeof LoadRecord>;

/** From this part of the context on, a measurement counts as the peak that was predicted. */
export const FULL_CONTEXT_SHARE = 0.75;

export function isComplete({ predicted, measuredPeakBytes, contextUsedTokens, choice }: LoadRecord): boolean {
  return (
    predicted !== null &&
    measuredPeakBytes !== null &&
    contextUsedTokens >= choice.contextSizeTokens * FULL_CONTEXT_SHARE
  );
}

/** Share of the measured peak by which the prediction was off: above 0 = predicted too much. */
export function predictionError({ predicted, onGpuBytes, measuredPeakBytes }: LoadRecord): number | null {
  if (predicted === null || measuredPeakBytes === null || measuredPeakBytes <= 0) return null;
  return (sumOfParts(predicted) - onGpuBytes) / measuredPeakBytes - 1;
}

export function sumOfParts(parts: FitParts): number {
  return Object.values(parts).reduce((sum, bytes) => sum + bytes, 0);
}
