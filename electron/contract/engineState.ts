// The one line of truth at the bottom of the window: what the engine is doing.
import { z } from "zod";
import { Failure } from "./failure";
import { ChatId, MessageId, ModelId, RequestId } from "./ids";
import { LoadedModel } from "./model";

export const EngineState = z.discriminatedUnion("kind", [
  /** Not running, nothing wrong: it starts when it is needed. */
  z.strictObject({ kind: z.literal("idle") }),
  z.strictObject({ kind: z.literal("starting"), modelId: ModelId }),
  /** fraction 0…1, null while unknown. */
  z.strictObject({
    kind: z.literal("loading"),
    modelId: ModelId,
    modelName: z.string(),
    fraction: z.number().nullable(),
    /** The first time on this GPU: its driver makes its programs, which may take minutes. */
    preparesGpu: z.boolean(),
  }),
  z.strictObject({ kind: z.literal("ready"), model: LoadedModel }),
  z.strictObject({
    kind: z.literal("generating"),
    model: LoadedModel,
    chatId: ChatId,
    messageId: MessageId,
    requestId: RequestId,
    phase: z.enum(["prefill", "decode"]),
    /** 0…1 while phase is "prefill". */
    prefillFraction: z.number(),
    /** Nothing was heard from the engine for a while. */
    unresponsive: z.boolean(),
  }),
  /** The load was refused or failed; the process is fine. */
  z.strictObject({ kind: z.literal("load-failed"), modelId: ModelId, failure: Failure }),
  /** The process died. The next message, or the restart button, starts it again; after the second time in a row it is "load-failed". */
  z.strictObject({
    kind: z.literal("crashed"),
    modelId: ModelId.nullable(),
    failure: Failure,
  }),
]);
export type EngineState = z.infer<typeof EngineState>;
