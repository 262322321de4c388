// Long jobs on models as the window sees them: what is asked for, its place in the queue, how far it is, how it ended.
import { z } from "zod";
import { MakeDeltaRequest } from "./deltaJobs";
import { DeltaName, HubDelta } from "./deltas";
import { Failure } from "./failure";
import { DeltaId, ModelId } from "./ids";
import { JobProgress } from "./jobs";
import { QuantizeSource } from "./quantize";
import { QuantizeRecipe } from "./quantizeRecipe";

export const JobId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/u)
  .brand<"JobId">();
export type JobId = z.infer<typeof JobId>;

/** More variants than one chart shows. */
export const MAX_QUALITY_CANDIDATES = 16;

export const StartQuantize = z.strictObject({
  kind: z.literal("quantize"),
  source: QuantizeSource,
  recipe: QuantizeRecipe,
  /** Compare the result with its source when it is made. */
  measureQuality: z.boolean(),
  /** Of a download: keep the 16-bit file afterwards. */
  keepSource: z.boolean(),
});
export type StartQuantize = z.infer<typeof StartQuantize>;

export const StartQuality = z.strictObject({
  kind: z.literal("quality"),
  sourceId: ModelId,
  candidateIds: z.array(ModelId).min(1).max(MAX_QUALITY_CANDIDATES),
});
export type StartQuality = z.infer<typeof StartQuality>;

/** Both in 16 bits, 32 bits or Q8_0: quantizing to less changes more than most fine-tunes do. */
export const StartMakeDelta = z.strictObject({
  kind: z.literal("make-delta"),
  baseId: ModelId,
  fineTuneId: ModelId,
  name: DeltaName,
  /** One bit a weight, or a LoRA of this rank. */
  result: MakeDeltaRequest.shape.result,
  /** How near to the fine-tune it comes, on held-out text; noted in its file. */
  measureFidelity: z.boolean(),
});
export type StartMakeDelta = z.infer<typeof StartMakeDelta>;

/** Into the library of deltas. */
export const StartFetchDelta = z.strictObject({
  kind: z.literal("fetch-delta"),
  hub: HubDelta,
  /** An installed model: a PEFT adapter is converted for it, and refused where it does not fit. null is enough for a GGUF adapter. */
  baseId: ModelId.nullable(),
});
export type StartFetchDelta = z.infer<typeof StartFetchDelta>;

/** Every kind of job that the queue knows: one line here for a new one. */
export const JobStart = z.discriminatedUnion("kind", [StartQuantize, StartQuality, StartMakeDelta, StartFetchDelta]);
export type JobStart = z.infer<typeof JobStart>;

/** "download": the variant or adapter at the hub is being fetched; the others come from the job process. */
export const JobPhase = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("download"),
    receivedBytes: z.number(),
    totalBytes: z.number(),
    bytesPerSecond: z.number().nullable(),
    secondsLeft: z.number().nullable(),
    /** What it waits for, when it does not move; "person": the download was paused. */
    waitingFor: z.enum(["queue", "person", "network", "hub", "rate-limit"]).nullable(),
  }),
  z.strictObject({ kind: z.literal("work"), progress: JobProgress }),
]);
export type JobPhase = z.infer<typeof JobPhase>;

export const JobState = z.discriminatedUnion("kind", [
  /** 1 = next. */
  z.strictObject({ kind: z.literal("queued"), position: z.number().int() }),
  /** phase is null until the job's process has said something. */
  z.strictObject({ kind: z.literal("running"), phase: JobPhase.nullable() }),
  /** modelId: what was made, for "Chat with it"; of a quality job the first candidate, whose results are there now. */
  z.strictObject({
    kind: z.literal("done"),
    modelId: ModelId.nullable(),
    /** The delta that was made or fetched. */
    deltaId: DeltaId.nullable(),
    tookMs: z.number(),
    /** The model was made, but could not be measured. */
    qualityFailure: Failure.nullable(),
  }),
  z.strictObject({ kind: z.literal("failed"), failure: Failure }),
]);
export type JobState = z.infer<typeof JobState>;

export const Job = z.strictObject({
  id: JobId,
  /** As it was asked for. */
  start: JobStart,
  /** What it works on: "SmolLM2 135M Instruct"; of a delta that is fetched, its repository. */
  modelName: z.string(),
  state: JobState,
});
export type Job = z.infer<typeof Job>;
