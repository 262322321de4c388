// The protocol on which tokens travel from the engine to each of its readers: straight to the window over a MessagePort, to other
// programs through the process that owns the engine.
//
// Back-pressure: a reader grants credits, one batch costs one. Without credit the engine joins waiting text into the next batch; above
// MAX_WAITING_CHARACTERS it drops it, and with the next credit starts over with all of the answer so far. Each stream has sequence
// numbers without gaps and exactly one end. A new reader gets "begin" with all of the answer so far.
import { z } from "zod";
import { MessageId, RequestId } from "./ids";
import { MessagePart, PartChange } from "./parts";

/** Batches in flight that a reader has not applied yet. */
export const STREAM_CREDITS = 8;
/** One frame at 60 Hz: the engine sends at most one batch in this time. */
export const BATCH_INTERVAL_MS = 16;
/** Text that may wait in the engine for a slow reader. 256 Ki characters. */
export const MAX_WAITING_CHARACTERS = 262_144;

export const StreamToReader = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("begin"),
    requestId: RequestId,
    messageId: MessageId,
    /** 0 for the first message of a stream on this port. */
    sequence: z.number().int(),
    parts: z.array(MessagePart),
  }),
  z.strictObject({
    kind: z.literal("batch"),
    requestId: RequestId,
    sequence: z.number().int(),
    changes: z.array(PartChange),
    /** Tokens so far in this answer, and in the context. */
    answerTokens: z.number().int(),
    contextUsedTokens: z.number().int(),
    /** When the oldest token of this batch left the sampler: engine's Date.now()-compatible clock, ms with fractions. */
    oldestTokenAtMs: z.number(),
  }),
  z.strictObject({
    kind: z.literal("end"),
    requestId: RequestId,
    sequence: z.number().int(),
    outcome: z.enum(["complete", "stopped", "failed"]),
  }),
]);
export type StreamToReader = z.infer<typeof StreamToReader>;

export const StreamToEngine = z.discriminatedUnion("kind", [
  /** The reader applied a batch of this stream. */
  z.strictObject({ kind: z.literal("credit"), requestId: RequestId }),
  /** Stop, on the shortest way. Main hears of it by the end of the request. */
  z.strictObject({ kind: z.literal("stop"), requestId: RequestId }),
]);
export type StreamToEngine = z.infer<typeof StreamToEngine>;
