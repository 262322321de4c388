// Jobs on model files: what a job process is asked, what it says while it works, and how it ends.
import { z } from "zod";
import {
  CheckDeltaBaseRequest,
  CheckDeltaBaseResult,
  ConvertDeltaRequest,
  ConvertDeltaResult,
  ConvertPeftRequest,
  ConvertPeftResult,
  MakeDeltaRequest,
  MakeDeltaResult,
} from "./deltaJobs";
import { Failure } from "./failure";

/** Types offered to people, best quality first. */
export const QUANTIZATION_TYPES = [
  "Q8_0",
  "Q6_K",
  "Q5_K_M",
  "Q5_K_S",
  "Q4_K_M",
  "Q4_K_S",
  "Q4_1",
  "Q4_0",
  "IQ4_NL",
  "IQ4_XS",
  "MXFP4",
  "Q3_K_M",
  "IQ3_M",
  "Q2_K",
] as const;
export const QuantizationType = z.enum(QUANTIZATION_TYPES);
export type QuantizationType = z.infer<typeof QuantizationType>;

/** At four bits and below an importance matrix pays; above, it changes next to nothing. */
const CALIBRATED: ReadonlySet<QuantizationType> = new Set([
  "Q4_K_M",
  "Q4_K_S",
  "Q4_1",
  "Q4_0",
  "IQ4_NL",
  "IQ4_XS",
  "Q3_K_M",
  "IQ3_M",
  "Q2_K",
]);

/** Sources that lose nothing, or next to nothing, by having been written once; as ModelDetails.weightType says them. */
export const QUANTIZABLE_WEIGHT_TYPES: ReadonlySet<string> = new Set(["F32", "F16", "BF16", "Q8_0"]);

export function isCalibratedByDefault(type: QuantizationType): boolean {
  return CALIBRATED.has(type);
}

const Path = z.string().min(1).max(4096);
const Threads = z.number().int().min(1).max(512);

/** What each type would give for one source: sizes before anything is written. */
export const PreviewRequest = z.strictObject({
  kind: z.literal("preview"),
  source: Path,
  types: z.array(QuantizationType).min(1),
  /** null = as is usual for each type. */
  calibrated: z.boolean().nullable(),
});
export type PreviewRequest = z.infer<typeof PreviewRequest>;

export const QuantizeRequest = z.strictObject({
  kind: z.literal("quantize"),
  /** A split model is named by its first file. */
  source: Path,
  target: Path,
  /** Name for people, for the new file's metadata. */
  targetName: z.string().max(120),
  type: QuantizationType,
  threads: Threads,
  /** null = without importance matrix. */
  calibration: z
    .strictObject({
      /** Kept and reused: one file per source model. Computed from `texts` when it is not there. */
      matrixPath: Path,
      texts: z.array(Path).min(1),
      /** Chunks of 512 tokens to read of each text, 0 = all: large models on slow machines take fewer; the text is well mixed. */
      chunkLimit: z.number().int().min(0),
    })
    .nullable(),
  appVersion: z.string().max(40),
});
export type QuantizeRequest = z.infer<typeof QuantizeRequest>;

export const ImportRequest = z.strictObject({
  kind: z.literal("import-importance-matrix"),
  source: Path,
  /** That it must have been computed for. */
  model: Path,
  target: Path,
});
export type ImportRequest = z.infer<typeof ImportRequest>;

export const QualityRequest = z.strictObject({
  kind: z.literal("quality"),
  source: Path,
  /** null = to be found out; the result says it either way. */
  sourceSha256: z.string().nullable(),
  candidates: z.array(Path).max(16),
  /** Held-out text: never what an importance matrix was computed from. */
  texts: z.array(Path).min(1),
  threads: Threads,
  /** 0 = the whole text. */
  chunkLimit: z.number().int().min(0),
  /** Also prefill and decode speed of every model. */
  withSpeed: z.boolean(),
});
export type QualityRequest = z.infer<typeof QualityRequest>;

export const JobRequest = z.discriminatedUnion("kind", [
  PreviewRequest,
  QuantizeRequest,
  ImportRequest,
  QualityRequest,
  MakeDeltaRequest,
  ConvertDeltaRequest,
  CheckDeltaBaseRequest,
  ConvertPeftRequest,
]);
export type JobRequest = z.infer<typeof JobRequest>;

/** What becomes of one tensor. */
export const TensorPlan = z.strictObject({
  name: z.string(),
  shape: z.array(z.number()),
  sourceType: z.string(),
  targetType: z.string(),
  sourceBytes: z.number(),
  targetBytes: z.number(),
  /** Its width is no multiple of what the type asks for, so another type is written. */
  widthDoesNotDivide: z.boolean(),
});
export type TensorPlan = z.infer<typeof TensorPlan>;

export const TypePreview = z.strictObject({
  type: QuantizationType,
  calibrated: z.boolean(),
  fileBytes: z.number(),
  bitsPerWeight: z.number(),
  /** Bytes by the tensor type that is really written, "q4_K" … */
  bytesByTensorType: z.record(z.string(), z.number()),
  tensors: z.array(TensorPlan),
});
export type TypePreview = z.infer<typeof TypePreview>;

export const SourceFacts = z.strictObject({
  architecture: z.string(),
  name: z.string(),
  weightType: z.string(),
  parameters: z.number(),
  fileBytes: z.number(),
});
export type SourceFacts = z.infer<typeof SourceFacts>;

export const ModelQuality = z.strictObject({
  fileName: z.string(),
  fileBytes: z.number(),
  bitsPerWeight: z.number(),
  perplexity: z.number(),
  perplexityError: z.number(),
  /** KL divergence of the next token's distribution from the source's, in nats; 0 for the source. */
  klMean: z.number(),
  klMeanError: z.number(),
  klMedian: z.number(),
  klPercentile99: z.number(),
  klMaximum: z.number(),
  /** Share of positions with the same most likely token, 0 to 1. */
  sameTopToken: z.number(),
  speed: z.strictObject({ prefillTokensPerSecond: z.number(), decodeTokensPerSecond: z.number() }).nullable(),
});
export type ModelQuality = z.infer<typeof ModelQuality>;

export const JobResult = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("preview"), source: SourceFacts, previews: z.array(TypePreview) }),
  z.strictObject({
    kind: z.literal("quantize"),
    fileBytes: z.number(),
    bitsPerWeight: z.number(),
    sourceSha256: z.string(),
    calibrated: z.boolean(),
    tookMs: z.number(),
  }),
  z.strictObject({
    kind: z.literal("import-importance-matrix"),
    entries: z.number(),
    chunks: z.number(),
    datasets: z.array(z.string()),
  }),
  z.strictObject({
    kind: z.literal("quality"),
    sourceSha256: z.string(),
    source: ModelQuality,
    candidates: z.array(ModelQuality),
    positions: z.number(),
  }),
  MakeDeltaResult,
  ConvertDeltaResult,
  CheckDeltaBaseResult,
  ConvertPeftResult,
]);
export type JobResult = z.infer<typeof JobResult>;

export const JobStage = z.enum([
  "read-source",
  "importance-matrix",
  "quantize",
  "check",
  "quality",
  "speed",
  "make-delta",
  "refine-delta",
  "fidelity",
  "convert-delta",
]);
export type JobStage = z.infer<typeof JobStage>;

export const JobProgress = z.strictObject({
  stage: JobStage,
  /** Of this stage, 0 to 1. */
  fraction: z.number(),
  /** The tensor, or the file, that is under way; empty when there is none. */
  item: z.string(),
  unit: z.enum(["bytes", "tokens"]),
  /** null until it can be told. */
  perSecond: z.number().nullable(),
  secondsLeft: z.number().nullable(),
});
export type JobProgress = z.infer<typeof JobProgress>;

/** The one message to a job process. */
export const ToJob = z.strictObject({
  /** Where native/ and node_modules/ lie, outside any archive. */
  appFolder: Path,
  request: JobRequest,
});
export type ToJob = z.infer<typeof ToJob>;

/** Any number of heartbeats and progress messages, then one of the others, then the process ends. */
export const FromJob = z.discriminatedUnion("kind", [
  /** Each HEARTBEAT_INTERVAL_MS from the JavaScript loop, also while native code computes. */
  z.strictObject({ kind: z.literal("heartbeat") }),
  z.strictObject({ kind: z.literal("progress"), progress: JobProgress }),
  z.strictObject({ kind: z.literal("done"), result: JobResult }),
  z.strictObject({ kind: z.literal("failed"), failure: Failure }),
]);
export type FromJob = z.infer<typeof FromJob>;

/** Unfinished files end in this; whatever ends in it when no job runs is left from a crash. */
export const UNFINISHED_SUFFIX = ".facet-part";
