// What programs of one user say to the application that holds the data folder, over its socket: one JSON message a line.
// The client asks as any face does; outcomes, events and tokens come back. Trust: the socket and the token are this user's alone.
import { z } from "zod";
import { StreamToReader } from "./tokenStream";

/** Another number is another language: neither side guesses. */
export const INSTANCE_PROTOCOL = 1;

/** How the holder is reached, in a file that only this user may read. */
export const InstanceAddress = z.strictObject({
  protocol: z.number().int(),
  pid: z.number().int(),
  /** A Unix socket's path, or the name of a Windows pipe. */
  address: z.string().min(1).max(4096),
  token: z.string().length(64),
  /** "window", or the command that runs: "facet quantize". */
  holder: z.string().max(100),
});
export type InstanceAddress = z.infer<typeof InstanceAddress>;

export const ToInstance = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("hello"), protocol: z.number().int(), token: z.string().max(100) }),
  z.strictObject({
    kind: z.literal("call"),
    id: z.number().int(),
    method: z.string().max(100),
    input: z.unknown().optional(),
  }),
  z.strictObject({ kind: z.literal("subscribe"), event: z.string().max(100) }),
  z.strictObject({ kind: z.literal("unsubscribe"), event: z.string().max(100) }),
  z.strictObject({ kind: z.literal("read-tokens"), isOn: z.boolean() }),
  /** The client is in the middle of something: the holder stays meanwhile. */
  z.strictObject({ kind: z.literal("work"), isOn: z.boolean() }),
  /** Somebody with a longer life wants the folder: a holder between two pieces of work ends. */
  z.strictObject({ kind: z.literal("release") }),
]);
export type ToInstance = z.infer<typeof ToInstance>;

export const FromInstance = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("welcome") }),
  z.strictObject({ kind: z.literal("refused"), reason: z.enum(["protocol", "token"]) }),
  /** The outcome of the method, as the application gave it. */
  z.strictObject({ kind: z.literal("outcome"), id: z.number().int(), outcome: z.unknown() }),
  z.strictObject({ kind: z.literal("event"), event: z.string(), value: z.unknown().optional() }),
  z.strictObject({ kind: z.literal("tokens"), message: StreamToReader }),
]);
export type FromInstance = z.infer<typeof FromInstance>;
