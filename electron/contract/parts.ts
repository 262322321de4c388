// What a message is made of: text, thoughts, tool calls and their results, in the order in which they were written.
import { z } from "zod";

/** Joins a tool's result to its call, within one chat. */
export const CallId = z.string().min(1).max(64);
/** In one answer. */
export const MAX_TOOL_CALLS = 64;
/** No tool has a longer name. */
export const MAX_TOOL_NAME_CHARACTERS = 256;

export const TextPart = z.strictObject({ kind: z.literal("text"), text: z.string() });

export const ThoughtPart = z.strictObject({
  kind: z.literal("thought"),
  text: z.string(),
  /** How long the model wrote it; null while it is being written, and where nobody measured. */
  durationMs: z.number().nullable(),
});
export type ThoughtPart = z.infer<typeof ThoughtPart>;

export const ToolCallPart = z.strictObject({
  kind: z.literal("tool-call"),
  callId: CallId,
  /** "" until the model has written it. */
  name: z.string().max(MAX_TOOL_NAME_CHARACTERS),
  /** A JSON object as text; what the model wrote, where that is none. */
  arguments: z.string(),
});
export type ToolCallPart = z.infer<typeof ToolCallPart>;

/** In a message of the user. */
export const ToolResultPart = z.strictObject({
  kind: z.literal("tool-result"),
  callId: CallId,
  name: z.string().max(MAX_TOOL_NAME_CHARACTERS),
  text: z.string(),
});
export type ToolResultPart = z.infer<typeof ToolResultPart>;

export const MessagePart = z.discriminatedUnion("kind", [TextPart, ThoughtPart, ToolCallPart, ToolResultPart]);
export type MessagePart = z.infer<typeof MessagePart>;
export type MessageParts = readonly MessagePart[];

/** How parts grow while they are written. All of them concern the last part. */
export const PartChange = z.discriminatedUnion("kind", [
  /** A part begins. */
  z.strictObject({ kind: z.literal("open"), part: MessagePart }),
  /** More of the last part: its text, or the arguments of a tool call. */
  z.strictObject({ kind: z.literal("append"), text: z.string() }),
  /** The last part is complete, or turned out to be another kind. */
  z.strictObject({ kind: z.literal("replace"), part: MessagePart }),
]);
export type PartChange = z.infer<typeof PartChange>;

/** New parts; those before the last one are the same objects. An append without a part opens a text. */
export function changeParts(parts: MessageParts, change: PartChange): MessagePart[] {
  const last = parts.at(-1);
  if (change.kind === "open") return [...parts, change.part];
  if (change.kind === "replace") return [...parts.slice(0, -1), change.part];
  if (last === undefined) return [{ kind: "text", text: change.text }];
  return [...parts.slice(0, -1), appendTo(last, change.text)];
}

function appendTo(part: MessagePart, text: string): MessagePart {
  return part.kind === "tool-call"
    ? { ...part, arguments: part.arguments + text }
    : { ...part, text: part.text + text };
}

/** Adds a change to a list of them; text that follows text is joined, so that a list stays as short as what it says. */
export function addChange(changes: PartChange[], change: PartChange): void {
  const last = changes.at(-1);
  if (change.kind === "append" && last?.kind === "append") last.text += change.text;
  else changes.push({ ...change });
}

/** The answer itself, or what the user wrote: without thoughts, tool calls and results. */
export function textOf(parts: MessageParts): string {
  return parts.flatMap((part) => (part.kind === "text" ? [part.text] : [])).join("\n\n");
}

/** Characters of all parts: what they take on screen and in memory. */
export function countCharacters(parts: MessageParts): number {
  return parts.reduce(
    (sum, part) => sum + (part.kind === "tool-call" ? part.name.length + part.arguments.length : part.text.length),
    0,
  );
}

export function textParts(text: string): MessagePart[] {
  return text === "" ? [] : [{ kind: "text", text }];
}
