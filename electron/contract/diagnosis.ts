// What Facet runs on and computes with, to be sent with a report: no names of users, models or chats.
import { z } from "zod";
import { EngineDeltas } from "./deltas";
import { Failure, FailureCode } from "./failure";
import { FitMachine } from "./fit";

/** Why llama.cpp's own kernels compute 1-bit deltas. "back-end": its CPU back end is not as it was when ours were written. */
export const KernelReason = z.enum(["not-built", "does-not-load", "processor", "other-ggml", "back-end", "self-test"]);
export type KernelReason = z.infer<typeof KernelReason>;

/** As the fit process finds it; the engine starts the same way. */
export const EngineDiagnosis = z.strictObject({
  /** Its release. */
  llamaCpp: z.string(),
  nodeLlamaCpp: z.string(),
  /** "CPU · AVX-512 · 1-bit kernels", "CUDA · NVIDIA …" */
  backend: z.string(),
  /** That llama.cpp uses, in its own words. */
  cpuFeatures: z.array(z.string()),
  /** Facet's own kernels for 1-bit deltas. `reason`: why they are not used; `cause`: a technical line on it. */
  deltaKernels: z.strictObject({
    isActive: z.boolean(),
    instructionSet: z.string(),
    reason: KernelReason.nullable(),
    cause: z.string(),
  }),
});
export type EngineDiagnosis = z.infer<typeof EngineDiagnosis>;

export const Diagnosis = z.strictObject({
  appVersion: z.string(),
  nodeVersion: z.string(),
  /** null in plain Node. */
  electronVersion: z.string().nullable(),
  /** "linux 6.8.0 x64" */
  system: z.string(),
  processor: z.string(),
  /** null = it could not be started: engineFailure says why. */
  engine: EngineDiagnosis.nullable(),
  engineFailure: Failure.nullable(),
  /** How the loaded model changes fine-tunes, by a self-test with it; null = none was used yet. */
  deltaWay: EngineDeltas.shape.way.nullable(),
  machine: FitMachine,
  /** The user's home folder is ~ in it. */
  dataFolder: z.string(),
  diskFreeBytes: z.number().nullable(),
  modelCount: z.number().int(),
  fineTuneCount: z.number().int(),
  /** Unfinished files that only the user can delete: Settings shows them. */
  leftovers: z.strictObject({ count: z.number().int(), sizeBytes: z.number() }),
  /** Codes of what the user was told and has not put away. */
  notices: z.array(FailureCode),
});
export type Diagnosis = z.infer<typeof Diagnosis>;
