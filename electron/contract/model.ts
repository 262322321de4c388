// Models as the window sees them: never a path, always an id.
import { z } from "zod";
import { Failure } from "./failure";
import { ModelId } from "./ids";
import { LoadChoice, LoadReasons } from "./loadSettings";
import { MadeFrom } from "./madeFrom";
import { FormatFacts } from "./modelFormat";
import { OtherApp } from "./importing";
import { Sampling } from "./sampling";

export const InstalledModel = z.strictObject({
  id: ModelId,
  name: z.string(),
  fileName: z.string(),
  sizeBytes: z.number(),
  /** All parts of a split model together. */
  fileCount: z.number().int(),
  /** "starter": came with set-up. "file": chosen on this computer, used in place. "hub": downloaded in the app. "made": quantized here. */
  origin: z.enum(["starter", "file", "hub", "made"]),
  /** Why it cannot be loaded by itself, when that is known. */
  failure: Failure.nullable(),
});
export type InstalledModel = z.infer<typeof InstalledModel>;

/** What the list of installed models shows beside that; read from the file's header. null = not known. */
export const ModelDetails = z.strictObject({
  model: InstalledModel,
  architecture: z.string().nullable(),
  quantization: z.string().nullable(),
  trainContextSizeTokens: z.number().nullable(),
  parameterCount: z.number().nullable(),
  /** "owner/name", the path of the first file there, and the licence, for downloaded models. */
  repository: z.string().nullable(),
  hubPath: z.string().nullable(),
  licence: z.string().nullable(),
  /** Whether there is a SHA-256 to verify it against. */
  canVerify: z.boolean(),
  lastUsedAtMs: z.number().nullable(),
  /** The tensor type that most weights of the layers have: "F16", "Q4_K". QUANTIZABLE_WEIGHT_TYPES says which can be quantized. */
  weightType: z.string().nullable(),
  /** What Facet quantized it from, wherever that is now; null for all other models. */
  madeFrom: MadeFrom.nullable(),
  /** Lies in Facet's own folder: deleting frees its room. Others are only forgotten. */
  inModelsFolder: z.boolean(),
  /** The app that it was found in and that owns its file. */
  app: OtherApp.nullable(),
});
export type ModelDetails = z.infer<typeof ModelDetails>;

export const InstalledModels = z.strictObject({
  models: z.array(ModelDetails),
  /** In Facet's models folder, unfinished downloads included, and still free on its disk. */
  modelsFolderBytes: z.number(),
  /** For display; the window cannot use it. */
  modelsFolder: z.string(),
  isModelsFolderMoved: z.boolean(),
  /** The disk with the models is not there. */
  isModelsFolderMissing: z.boolean(),
  diskFreeBytes: z.number().nullable(),
});
export type InstalledModels = z.infer<typeof InstalledModels>;

/** What the engine holds in memory. Memory figures in bytes. */
export const LoadedModel = z.strictObject({
  modelId: ModelId,
  name: z.string(),
  architecture: z.string(),
  /** llama.cpp's file type, "Q4_1"; null when the file does not say. */
  quantization: z.string().nullable(),
  sizeBytes: z.number(),
  contextSizeTokens: z.number().int(),
  trainContextSizeTokens: z.number().int(),
  threads: z.number().int(),
  /** Everything it was loaded with, and why. */
  choice: LoadChoice,
  reasons: LoadReasons,
  /** "CPU · AVX-512", "CUDA …": what computes. */
  backend: z.string(),
  /** As llama.cpp reports it; baseBytes: resident memory of the engine process when it started. */
  memory: z.strictObject({
    weightsBytes: z.number(),
    contextBytes: z.number(),
    baseBytes: z.number(),
    /** Of weights and context, what is on GPUs. */
    gpuBytes: z.number().default(0),
  }),
  samplingDefaults: Sampling,
  format: FormatFacts,
});
export type LoadedModel = z.infer<typeof LoadedModel>;

/** The starter model's way onto this computer. */
export const StarterState = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("present") }),
  z.strictObject({
    kind: z.literal("downloading"),
    source: z.string(),
    receivedBytes: z.number(),
    totalBytes: z.number(),
    bytesPerSecond: z.number().nullable(),
    secondsLeft: z.number().nullable(),
  }),
  z.strictObject({ kind: z.literal("missing"), failure: Failure.nullable() }),
]);
export type StarterState = z.infer<typeof StarterState>;
