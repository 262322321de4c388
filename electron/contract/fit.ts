// Whether a model fits this computer: the question, the verdict, and the numbers behind it. All sizes in bytes.
import { z } from "zod";
import { MAX_FILES_PER_DOWNLOAD } from "./downloads";
import { FileKind } from "./fileKind";
import { GpuBackend } from "./gpu";
import { RepositoryName, Revision, Sha256 } from "./hub";
import { ModelId } from "./ids";

export const KvCacheType = z.enum(["f16", "q8_0", "q4_0"]);
export type KvCacheType = z.infer<typeof KvCacheType>;

/** Chats whose KV caches stay in memory, so that switching between fine-tunes reads nothing again; others are in files. */
export const MAX_CONVERSATIONS = 4;

export const MIN_JUDGED_CONTEXT_TOKENS = 256;
/** The largest contexts that models are trained on today are ten million tokens. */
export const MAX_JUDGED_CONTEXT_TOKENS = 16_777_216;

/** A model on this computer, or a variant at the hub of which only the header is read. */
export const FitSource = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("installed"), modelId: ModelId }),
  z.strictObject({
    kind: z.literal("hub"),
    repository: RepositoryName,
    revision: Revision,
    /** In the order of the parts, as HubVariant has them. */
    files: z
      .array(
        z.strictObject({ path: z.string().min(1).max(1000), sizeBytes: z.number().int().positive(), sha256: Sha256 }),
      )
      .min(1)
      .max(MAX_FILES_PER_DOWNLOAD),
  }),
]);
export type FitSource = z.infer<typeof FitSource>;

/** What every verdict is made for. */
export const judgedWith = {
  contextSizeTokens: z.number().int().min(MIN_JUDGED_CONTEXT_TOKENS).max(MAX_JUDGED_CONTEXT_TOKENS),
  kvCacheType: KvCacheType,
};

/** 8k is what Facet loads by itself; f16 is what it computes with. */
export const usualJudging = { contextSizeTokens: 8192, kvCacheType: "f16" } as const;

export const FitQuestion = z.strictObject({ source: FitSource, ...judgedWith });
export type FitQuestion = z.infer<typeof FitQuestion>;

/**
 * "smaller-context": fits, but not with the context asked for; largestContextTokens says with which.
 * "partly-on-gpu": fits only when a part of it stays in the computer's own memory: slower.
 * "unknown": no number can be trusted (see Fit.failureCode); it never stops anybody.
 */
export const FitVerdict = z.enum(["fits", "smaller-context", "partly-on-gpu", "does-not-fit", "unknown"]);
export type FitVerdict = z.infer<typeof FitVerdict>;

/**
 * What has to be in memory at once, beside what the system holds back: the peak resident memory of the engine process once the
 * context has been read to its end, and what is on GPUs.
 */
export const FitParts = z.strictObject({
  weightsBytes: z.number(),
  /** With a mapped file: weights that are in memory a second time, rearranged for the processor. */
  weightCopiesBytes: z.number(),
  vocabularyBytes: z.number(),
  kvCacheBytes: z.number(),
  /** States of chats to come back to, where the model cannot go back to any token. Absent in records of before they were counted. */
  checkpointsBytes: z.number().default(0),
  /** What is touched of them: llama.cpp reserves more than a chat uses. */
  computeBuffersBytes: z.number(),
  /** Adapters that are loaded with the model. */
  deltasBytes: z.number(),
  /** The engine process before it loads anything: its code, llama.cpp's and the JavaScript heap; measured at its start. */
  engineProcessBytes: z.number(),
});
export type FitParts = z.infer<typeof FitParts>;

/** A GPU that a model goes to. */
export const GpuMemory = z.strictObject({
  name: z.string(),
  totalBytes: z.number(),
  freeBytes: z.number(),
  backend: GpuBackend,
});
export type GpuMemory = z.infer<typeof GpuMemory>;

/** The memory that verdicts are made against. */
export const FitMachine = z.strictObject({
  totalBytes: z.number(),
  /** Can be taken now without swapping; what the loaded model holds is counted as free, for it would be unloaded. */
  availableBytes: z.number(),
  /** Of availableBytes: left to the system and the other programs. */
  systemReserveBytes: z.number(),
  /** Part of availableBytes that the model that is loaded now holds. */
  loadedModelBytes: z.number(),
  /** What of availableBytes would have to come from swap: slower than memory by far, so it is not counted in it. */
  swapFreeBytes: z.number(),
  gpus: z.array(GpuMemory),
  /** The GPUs use the computer's own memory: what is free on them is part of availableBytes. */
  sharesMemory: z.boolean(),
  /** Of the processor, those that are good for arithmetic. */
  cores: z.number().int(),
});
export type FitMachine = z.infer<typeof FitMachine>;

export const Fit = z.strictObject({
  verdict: FitVerdict,
  /** null when the verdict is "unknown". */
  parts: FitParts.nullable(),
  /** Sum of the parts; of it, what would be on GPUs. */
  neededBytes: z.number().nullable(),
  onGpuBytes: z.number(),
  machine: FitMachine,
  /** The context judged: never above what the model was trained for. */
  contextSizeTokens: z.number().int(),
  /** Chats of that size judged. */
  conversations: z.number().int(),
  trainContextSizeTokens: z.number().nullable(),
  /** Largest that fits with this KV cache type, up to the trained one; null when none does or nothing is known. */
  largestContextTokens: z.number().int().nullable(),
  architecture: z.string().nullable(),
  /** What the header says that it is; null when it could not be read. Anything but "model" has the verdict "unknown". */
  fileKind: FileKind.nullable(),
  /** Why the verdict is "unknown": a code of Failure, "hub-offline" say. */
  failureCode: z.string().nullable(),
  /** Fetched from the hub for this verdict; 0 for files on this computer and for models judged before. */
  fetchedBytes: z.number(),
});
export type Fit = z.infer<typeof Fit>;
