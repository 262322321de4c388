// What main and the fit process say to each other. The process has no network: it asks main for bytes of files at the hub.
import { z } from "zod";
import { DeltaDetails } from "./deltaDetails";
import { DeltaFacts } from "./deltas";
import { EngineDiagnosis } from "./diagnosis";
import { MAX_FILES_PER_DOWNLOAD } from "./downloads";
import { Failure } from "./failure";
import { FileKind } from "./fileKind";
import { GpuDevices } from "./gpu";
import { GpuMemory, KvCacheType, MAX_CONVERSATIONS } from "./fit";
import { DeltaId } from "./ids";
import { MadeFrom } from "./madeFrom";
import { PairFacts } from "./makeDelta";
import { ModelFormat } from "./modelFormat";

/** How the model would be loaded, as far as memory depends on it. */
export const MemoryConfiguration = z.strictObject({
  keyCacheType: KvCacheType,
  valueCacheType: KvCacheType,
  flashAttention: z.boolean(),
  /** null = as many as there are where there is a GPU, else none. */
  gpuLayers: z.number().int().nullable(),
  /** Of so many chats the context holds a KV cache, each of its whole size. */
  conversations: z.number().int().min(1).max(MAX_CONVERSATIONS),
});
export type MemoryConfiguration = z.infer<typeof MemoryConfiguration>;

export const EstimateRequest = z.strictObject({
  kind: z.literal("estimate"),
  id: z.number().int(),
  /** Of the content; asked again with the same key, the header is not read again. */
  key: z.string().max(200),
  /** path = null: at the hub. */
  parts: z
    .array(z.strictObject({ path: z.string().nullable(), sizeBytes: z.number().int() }))
    .min(1)
    .max(MAX_FILES_PER_DOWNLOAD),
  contextSizesTokens: z.array(z.number().int()).min(1).max(64),
  configuration: MemoryConfiguration,
  /** A user waits for it: its dry runs go before those for lists. */
  isUrgent: z.boolean(),
});
export type EstimateRequest = z.infer<typeof EstimateRequest>;

/** What a file's header says: of a model here, or at the hub before it is downloaded. */
export const ModelFacts = z.strictObject({
  kind: FileKind,
  architecture: z.string().nullable(),
  trainContextSizeTokens: z.number().nullable(),
  /** null for split models: their other parts are not read. */
  parameterCount: z.number().nullable(),
  /** The tensor type that most weights of the layers have, in capitals: "F16", "Q8_0". null when it has none, and for what is no model. */
  weightType: z.string().nullable(),
  madeFrom: MadeFrom.nullable(),
});
export type ModelFacts = z.infer<typeof ModelFacts>;

/** How a delta's tensors go with a base's. */
export const DeltaMatch = z.strictObject({
  deltaId: DeltaId,
  match: z.enum(["fits", "shapes-fit", "refused"]),
  failure: Failure.nullable(),
});
export type DeltaMatch = z.infer<typeof DeltaMatch>;

export const ToFit = z.discriminatedUnion("kind", [
  EstimateRequest,
  /** Writes the model's header without weights and vocabulary into `folder`, as files that llama.cpp can plan with. */
  z.strictObject({
    kind: z.literal("stub"),
    id: z.number().int(),
    parts: EstimateRequest.shape.parts,
    folder: z.string(),
  }),
  z.strictObject({ kind: z.literal("machine"), id: z.number().int() }),
  /** What computes here. */
  z.strictObject({ kind: z.literal("diagnose"), id: z.number().int() }),
  /** Nobody waits for the answer any more; it is given all the same, as soon as the question can be left. */
  z.strictObject({ kind: z.literal("cancel"), id: z.number().int() }),
  /** Of a split model its first part is enough. */
  z.strictObject({ kind: z.literal("describe"), id: z.number().int(), part: EstimateRequest.shape.parts.element }),
  /** How conversations are written for a model: loads its vocabulary. */
  z.strictObject({ kind: z.literal("describe-format"), id: z.number().int(), path: z.string() }),
  /** Reads and checks all of a delta file. */
  z.strictObject({ kind: z.literal("inspect-delta"), id: z.number().int(), path: z.string() }),
  z.strictObject({
    kind: z.literal("match-deltas"),
    id: z.number().int(),
    modelPath: z.string(),
    deltas: z.array(z.strictObject({ deltaId: DeltaId, path: z.string() })),
  }),
  /** What its header says beyond its facts. */
  z.strictObject({ kind: z.literal("describe-delta"), id: z.number().int(), path: z.string() }),
  /** Whether a delta could be made of these two. */
  z.strictObject({
    kind: z.literal("preview-pair"),
    id: z.number().int(),
    basePath: z.string(),
    fineTunePath: z.string(),
  }),
  z.strictObject({
    kind: z.literal("bytes"),
    readId: z.number().int(),
    bytes: z.custom<Uint8Array>((value) => value instanceof Uint8Array),
  }),
  z.strictObject({ kind: z.literal("read-failed"), readId: z.number().int(), failure: Failure }),
]);
export type ToFit = z.infer<typeof ToFit>;

/** Memory in the computer and on its GPUs. */
export const MemoryNeed = z.strictObject({ ramBytes: z.number(), gpuBytes: z.number() });
export type MemoryNeed = z.infer<typeof MemoryNeed>;

export const ContextNeed = z.strictObject({
  contextSizeTokens: z.number().int(),
  /** KV cache, checkpoints and compute buffers, as far as they are touched when the context is full. */
  need: MemoryNeed,
  /** Of it, the KV cache. */
  kvCacheBytes: z.number(),
  /** Of it, checkpoints of conversations: 0 for models that can go back to any token. */
  checkpointsBytes: z.number(),
});
export type ContextNeed = z.infer<typeof ContextNeed>;

export const Estimate = z.strictObject({
  architecture: z.string(),
  trainContextSizeTokens: z.number().nullable(),
  /** All that could go to a GPU, the output layer included. */
  layers: z.number().int(),
  /** Whether its heads are whole blocks of a quantized KV cache. */
  canQuantizeCache: z.boolean(),
  weights: MemoryNeed,
  /** Weights that this processor uses rearranged: with a mapped file they are in memory twice. */
  repackedBytes: z.number(),
  /** Of them the embedding that is the output too: it is in memory twice however the file is read. */
  tiedOutputBytes: z.number(),
  vocabularyBytes: z.number(),
  contexts: z.array(ContextNeed),
});
export type Estimate = z.infer<typeof Estimate>;

export const MeasuredMachine = z.strictObject({
  /** Can be taken without swapping, by the system's and the container's word. */
  availableBytes: z.number(),
  swapFreeBytes: z.number(),
  gpus: z.array(GpuMemory),
  sharesMemory: z.boolean(),
  cores: z.number().int(),
});
export type MeasuredMachine = z.infer<typeof MeasuredMachine>;

export const FromFit = z.discriminatedUnion("kind", [
  /** llama.cpp has started; headers are read before. */
  z.strictObject({ kind: z.literal("hello"), devices: GpuDevices }),
  z.strictObject({
    kind: z.literal("read"),
    readId: z.number().int(),
    requestId: z.number().int(),
    part: z.number().int(),
    offset: z.number(),
    lengthBytes: z.number().int(),
  }),
  z.strictObject({ kind: z.literal("estimated"), id: z.number().int(), estimate: Estimate }),
  /** The first file of the stub. */
  z.strictObject({ kind: z.literal("stubbed"), id: z.number().int(), path: z.string() }),
  z.strictObject({ kind: z.literal("machine"), id: z.number().int(), machine: MeasuredMachine }),
  z.strictObject({ kind: z.literal("diagnosed"), id: z.number().int(), engine: EngineDiagnosis }),
  z.strictObject({ kind: z.literal("described"), id: z.number().int(), facts: ModelFacts }),
  z.strictObject({ kind: z.literal("format-described"), id: z.number().int(), format: ModelFormat }),
  z.strictObject({ kind: z.literal("delta-inspected"), id: z.number().int(), facts: DeltaFacts }),
  z.strictObject({ kind: z.literal("deltas-matched"), id: z.number().int(), matches: z.array(DeltaMatch) }),
  z.strictObject({ kind: z.literal("delta-described"), id: z.number().int(), details: DeltaDetails }),
  z.strictObject({ kind: z.literal("pair-previewed"), id: z.number().int(), pair: PairFacts }),
  z.strictObject({ kind: z.literal("failed"), id: z.number().int(), failure: Failure }),
  z.strictObject({ kind: z.literal("log"), level: z.enum(["debug", "info", "warn", "error"]), message: z.string() }),
]);
export type FromFit = z.infer<typeof FromFit>;
