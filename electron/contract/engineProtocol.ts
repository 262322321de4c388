// What main and the engine process say to each other. Every load and every answer ends in exactly one "end", every count in one "counted".
import { z } from "zod";
import { AnswerFacts } from "./chat";
import { DeltaScale } from "./deltaKinds";
import { EngineDeltas, MAX_STACK_DELTAS } from "./deltas";
import { Failure } from "./failure";
import { MAX_CONVERSATIONS } from "./fit";
import { GpuDevices } from "./gpu";
import { ChatId, DeltaId, MessageId, ModelId, RequestId } from "./ids";
import { LoadChoice, LoadReasons } from "./loadSettings";
import { LoadedModel } from "./model";
import { MessagePart } from "./parts";
import { ChatSettings } from "./sampling";
import { StreamToEngine, StreamToReader } from "./tokenStream";

/** Context size the app asks for unless model or memory allow less. */
export const TARGET_CONTEXT_TOKENS = 8192;
/** Main writes the growing answer to the database this often. */
export const CHECKPOINT_INTERVAL_MS = 500;
/** What the engine keeps in its state folder: KV caches, and the adapter of a self-test. */
export const ENGINE_STATE_FILE = /^(?:\d+\.kv|self-test\.gguf)$/u;
/** The engine does nothing else while it counts: about 1 µs for each character. */
export const MAX_COUNTED_CHARACTERS = 65_536;

export const Turn = z.strictObject({
  messageId: MessageId,
  role: z.enum(["user", "assistant"]),
  parts: z.array(MessagePart),
});
export type Turn = z.infer<typeof Turn>;

export const LoadRequest = z.strictObject({
  kind: z.literal("load"),
  requestId: RequestId,
  modelId: ModelId,
  path: z.string(),
  /** For display; main knows it from the file's name. */
  name: z.string(),
  /** What main planned. The engine takes a smaller context only when the system refuses this one. */
  choice: LoadChoice,
  reasons: LoadReasons,
  /** A folder of the engine's own, for KV caches that leave the memory; emptied at each load. */
  stateFolder: z.string(),
  /** The context grows to so many with the first delta, where it has fewer. */
  conversationsWithDeltas: z.number().int().min(1).max(MAX_CONVERSATIONS),
});
export type LoadRequest = z.infer<typeof LoadRequest>;

/** One delta of a stack with its file. */
export const DeltaToApply = z.strictObject({
  deltaId: DeltaId,
  /** For display. */
  name: z.string(),
  path: z.string(),
  scale: DeltaScale,
});
export type DeltaToApply = z.infer<typeof DeltaToApply>;

export const GenerateRequest = z.strictObject({
  kind: z.literal("generate"),
  requestId: RequestId,
  /** The assistant message that is being written. */
  messageId: MessageId,
  chatId: ChatId,
  /** Oldest first; the last one is the user's. The engine drops the oldest whole turns that do not fit. */
  turns: z.array(Turn),
  settings: ChatSettings,
  /** Applied for this answer alone; empty = the base. */
  stack: z.array(DeltaToApply).max(MAX_STACK_DELTAS),
});
export type GenerateRequest = z.infer<typeof GenerateRequest>;

/** Of the engine process. null where the system does not say. */
export const ProcessMemory = z.strictObject({
  residentBytes: z.number(),
  /** The most it ever was. */
  peakResidentBytes: z.number().nullable(),
  /** Of residentBytes: not mapped from files, so that only its end gives it back. */
  anonymousBytes: z.number().nullable(),
  /** Free on the GPUs that it computes on; null without one. */
  gpuFreeBytes: z.number().nullable(),
});
export type ProcessMemory = z.infer<typeof ProcessMemory>;

/** Readers of tokens in the process that owns the engine, or behind it: they have no port of their own. */
export const ReaderToEngine = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("reader-open"), readerId: z.string() }),
  z.strictObject({ kind: z.literal("reader-says"), readerId: z.string(), message: StreamToEngine }),
  z.strictObject({ kind: z.literal("reader-close"), readerId: z.string() }),
]);
export type ReaderToEngine = z.infer<typeof ReaderToEngine>;

export const ToEngine = z.discriminatedUnion("kind", [
  LoadRequest,
  GenerateRequest,
  /** Ends the load or generation with outcome "stopped". Unknown ids are ignored: it may just have ended. */
  z.strictObject({ kind: z.literal("cancel"), requestId: RequestId }),
  /** Ends the thought that is being written: the next token belongs to the answer. Ignored where none is. */
  z.strictObject({ kind: z.literal("answer-now"), requestId: RequestId }),
  /** How many tokens the loaded model's tokenizer makes of a text. */
  z.strictObject({
    kind: z.literal("count-tokens"),
    requestId: RequestId,
    text: z.string().max(MAX_COUNTED_CHARACTERS),
  }),
  /** A chat was deleted: nothing of it stays in memory or in files. */
  z.strictObject({ kind: z.literal("forget-chat"), chatId: ChatId }),
  /** With one transferred MessagePort that speaks tokenStream: a reader of tokens, until it closes. */
  z.strictObject({ kind: z.literal("reader-port") }),
  ...ReaderToEngine.options,
]);
export type ToEngine = z.infer<typeof ToEngine>;

export const FromEngine = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("hello"), llamaCpp: z.string(), backend: z.string(), devices: GpuDevices }),
  /** Each HEARTBEAT_INTERVAL_MS from the JavaScript loop. */
  z.strictObject({ kind: z.literal("heartbeat"), ...ProcessMemory.shape }),
  z.strictObject({
    kind: z.literal("load-progress"),
    requestId: RequestId,
    fraction: z.number(),
  }),
  z.strictObject({
    kind: z.literal("prefill-progress"),
    requestId: RequestId,
    fraction: z.number(),
  }),
  /** What is in memory now: sent after each change. */
  z.strictObject({ kind: z.literal("deltas"), deltas: EngineDeltas }),
  /**
   * The engine is done with bringing a request's deltas into memory, in whatever way: what happens from here on is not the fault of
   * loading them. After a stop it may come later than the request's end.
   */
  z.strictObject({ kind: z.literal("deltas-settled"), requestId: RequestId }),
  /** null: no model is loaded. */
  z.strictObject({ kind: z.literal("counted"), requestId: RequestId, tokens: z.number().int().nullable() }),
  /** The whole answer so far: what main writes to the database. */
  z.strictObject({ kind: z.literal("checkpoint"), requestId: RequestId, parts: z.array(MessagePart) }),
  z.strictObject({
    kind: z.literal("end"),
    requestId: RequestId,
    result: z.discriminatedUnion("kind", [
      z.strictObject({ kind: z.literal("loaded"), model: LoadedModel }),
      /** complete or stopped (facts.endReason says which). */
      z.strictObject({ kind: z.literal("answered"), parts: z.array(MessagePart), facts: AnswerFacts }),
      z.strictObject({ kind: z.literal("cancelled") }),
      /** parts: what was written before it failed. */
      z.strictObject({ kind: z.literal("failed"), failure: Failure, parts: z.array(MessagePart) }),
    ]),
  }),
  z.strictObject({ kind: z.literal("to-reader"), readerId: z.string(), message: StreamToReader }),
  z.strictObject({
    kind: z.literal("log"),
    level: z.enum(["debug", "info", "warn", "error"]),
    message: z.string(),
  }),
]);
export type FromEngine = z.infer<typeof FromEngine>;
