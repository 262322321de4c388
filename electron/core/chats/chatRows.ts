// What the database's rows are and how they become the contract's chats and messages.
import { z } from "zod";
import {
  AnswerFacts,
  type Chat,
  type ChatSummary,
  MAX_TITLE_CHARACTERS,
  type Message,
  MessageState,
} from "../../contract/chat";
import { NamedStack } from "../../contract/deltas";
import { Failure } from "../../contract/failure";
import { ChatId, ComparisonId, MessageId, RequestId } from "../../contract/ids";
import { MessagePart, textOf, textParts } from "../../contract/parts";
import { ChatSettings, defaultChatSettings, Sampling } from "../../contract/sampling";
import type { AnswerEnd } from "./AnswerWriter";

export const ChatRow = z.object({
  id: ChatId,
  title: z.string(),
  is_renamed: z.number(),
  created_at_ms: z.number(),
  last_used_at_ms: z.number(),
  leaf_id: MessageId.nullable(),
  settings: z.string(),
  stack: z.string(),
});
export type ChatRow = z.infer<typeof ChatRow>;

export const MessageRow = z.object({
  id: MessageId,
  chat_id: ChatId,
  parent_id: MessageId.nullable(),
  role: z.enum(["user", "assistant"]),
  text: z.string(),
  parts: z.string().nullable(),
  created_at_ms: z.number(),
  state: MessageState,
  request_id: RequestId.nullable(),
  failure: z.string().nullable(),
  facts: z.string().nullable(),
  stack: z.string(),
  comparison_id: ComparisonId.nullable(),
});
export type MessageRow = z.infer<typeof MessageRow>;

export function toSummary(row: ChatRow): ChatSummary {
  return {
    id: row.id,
    title: row.title.slice(0, MAX_TITLE_CHARACTERS),
    createdAtMs: row.created_at_ms,
    lastUsedAtMs: row.last_used_at_ms,
    stack: readStack(row.stack),
  };
}

export function toChat(row: ChatRow): Chat {
  return { ...toSummary(row), settings: readChatSettings(row.settings) };
}

export function toMessage(row: MessageRow, siblingIds: MessageId[], isUnsaved: boolean): Message {
  return {
    ...(isUnsaved ? { isUnsaved: true as const } : {}),
    id: row.id,
    chatId: row.chat_id,
    parentId: row.parent_id,
    role: row.role,
    parts: readParts(row),
    createdAtMs: row.created_at_ms,
    state: row.state,
    requestId: row.request_id,
    failure: readJson(row.failure, Failure),
    facts: readJson(row.facts, AnswerFacts),
    stack: readStack(row.stack),
    comparisonId: row.comparison_id,
    siblingIds,
  };
}

/** What the columns `text` and `parts` hold of a message: `parts` only where it is more than that text. */
export function storedParts(parts: readonly MessagePart[]): { text: string; parts: string | null } {
  const [first, ...others] = parts;
  // A text that begins like an old thought (splitOldThought) says by its parts that it is none.
  const isText =
    first === undefined ||
    (first.kind === "text" && others.length === 0 && !first.text.trimStart().startsWith("<think>"));
  return { text: textOf(parts), parts: isText ? null : JSON.stringify(parts) };
}

/** What the columns hold of an answer that has ended. */
export function storedEnd({
  parts,
  state,
  facts,
  failure,
}: AnswerEnd): Pick<MessageRow, "text" | "parts" | "state" | "facts" | "failure"> {
  return {
    ...storedParts(parts),
    state,
    facts: facts === null ? null : JSON.stringify(facts),
    failure: failure === null ? null : JSON.stringify(failure),
  };
}

export function readParts({ role, text, parts }: Pick<MessageRow, "role" | "text" | "parts">): MessagePart[] {
  const stored = readJson(parts, z.array(MessagePart));
  if (stored !== null) return stored;
  return role === "assistant" ? splitOldThought(text) : textParts(text);
}

/** Until version 3 of the database an answer was its text alone, a thought in it between these tags at its start. */
function splitOldThought(text: string): MessagePart[] {
  const [, thought, answer] = /^\s*<think>(.*?)(?:<\/think>\s*(.*)|$)/su.exec(text) ?? [];
  if (thought === undefined) return textParts(text);
  const shown = thought.trim();
  return [
    ...(shown === "" ? [] : [{ kind: "thought" as const, text: shown, durationMs: null }]),
    ...textParts(answer ?? ""),
  ];
}

/** What cannot be read is the base alone. */
export function readStack(text: string): NamedStack {
  return readJson(text, NamedStack) ?? [];
}

/** Keeps each setting that is still valid; what is not becomes the default. */
export function readChatSettings(text: string): ChatSettings {
  const stored = parseJson(text);
  const whole = ChatSettings.safeParse(stored);
  if (whole.success) return whole.data;
  return ChatSettings.parse({
    ...defaultChatSettings,
    ...keepValid(ChatSettings.shape, stored),
    sampling: keepValid(Sampling.shape, field(stored, "sampling")),
  });
}

/** The fields of `stored` that are what `shape` asks for. */
function keepValid(shape: Readonly<Record<string, z.ZodType>>, stored: unknown): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(shape)) {
    const value = keep(schema, field(stored, name));
    if (value !== undefined) kept[name] = value;
  }
  return kept;
}

function keep<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> | undefined {
  const parsed = schema.safeParse(value);
  return parsed.success ? parsed.data : undefined;
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

function readJson<Schema extends z.ZodType>(text: string | null, schema: Schema): z.output<Schema> | null {
  if (text === null) return null;
  const parsed = schema.safeParse(parseJson(text));
  return parsed.success ? parsed.data : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
