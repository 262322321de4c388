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
import { PreparedRecipe, QuantizationType, StepKinds } from "./quantizeRecipe";

/** Sources that lose nothing, or next to nothing, by having been written once; as ModelDetails.weightType says them. */
export const QUANTIZABLE_WEIGHT_TYPES: ReadonlySet<string> = new Set(["F32", "F16", "BF16", "Q8_0"]);

const Path = z.string().min(1).max(4096);
const Threads = z.number().int().min(1).max(512);

/** What each type would give for one source: sizes before anything is written. */
export const PreviewRequest = z.strictObject({
  kind: z.literal("preview"),
  source: Path,
  types: z.array(QuantizationType).min(1),
  /** null = as is usual for each type. */
  steps: StepKinds.nullable(),
});
export type PreviewRequest = z.infer<typeof PreviewRequest>;

export const QuantizeRequest = z.strictObject({
  kind: z.literal("quantize"),
  /** A split model is named by its first file. */
  source: Path,
  target: Path,
  /** Display name, for the new file's metadata. */
  targetName: z.string().max(120),
  threads: Threads,
  recipe: PreparedRecipe,
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
  steps: StepKinds,
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
    /** The target, or the same name with a number where another file got it meanwhile. */
    file: Path,
    fileBytes: z.number(),
    bitsPerWeight: z.number(),
    sourceSha256: z.string(),
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
  /** null until it is known. */
  perSecond: z.number().nullable(),
  secondsLeft: z.number().nullable(),
});
export type JobProgress = z.infer<typeof JobProgress>;

/** The one message to a job process. */
export const ToJob = z.strictObject({
  /** Where native/ and node_modules/ are, outside any archive. */
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
