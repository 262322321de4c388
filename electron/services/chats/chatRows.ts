// What the database's rows are and how they become the contract's chats and messages. Main process or plain Node.
import { z } from "zod";
import { AnswerFacts, type Chat, type ChatSummary, type Message, MessageState } from "../../contract/chat";
import { NamedStack } from "../../contract/deltas";
import { Failure } from "../../contract/failure";
import { ChatId, ComparisonId, MessageId, RequestId } from "../../contract/ids";
import { ChatSettings, defaultChatSettings, Sampling } from "../../contract/sampling";

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
  created_at_ms: z.number(),
  state: MessageState,
  request_id: RequestId.nullable(),
  failure: z.string().nullable(),
  facts: z.string().nullable(),
  stack: z.string(),
  comparison_id: ComparisonId.nullable(),
});
export type MessageRow = z.infer<typeof MessageRow>;

export const HitRow = z.object({
  chatId: ChatId,
  messageId: MessageId.nullable(),
  title: z.string(),
  snippet: z.string(),
  atMs: z.number(),
});

export function toSummary(row: ChatRow): ChatSummary {
  return {
    id: row.id, title: row.title, createdAtMs: row.created_at_ms, lastUsedAtMs: row.last_used_at_ms, stack: readStack(row.stack),
  };
}

export function toChat(row: ChatRow): Chat {
  return { ...toSummary(row), settings: readChatSettings(row.settings) };
}

export function toMessage(row: MessageRow, siblingIds: MessageId[]): Message {
  return {
    id: row.id,
    chatId: row.chat_id,
    parentId: row.parent_id,
    role: row.role,
    text: row.text,
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

/** What cannot be read is the base alone. */
export function readStack(text: string): NamedStack {
  return readJson(text, NamedStack) ?? [];
}

/** Keeps each setting that is still valid; what is not becomes the default. */
export function readChatSettings(text: string): ChatSettings {
  const stored = parseJson(text);
  const whole = ChatSettings.safeParse(stored);
  if (whole.success) return whole.data;
  const { systemPrompt, seed, maxTokens } = ChatSettings.shape;
  const kept = {
    systemPrompt: keep(systemPrompt, field(stored, "systemPrompt")) ?? defaultChatSettings.systemPrompt,
    seed: keep(seed, field(stored, "seed")),
    maxTokens: keep(maxTokens, field(stored, "maxTokens")),
  };
  const sampling: Record<string, number> = {};
  for (const [name, schema] of Object.entries(Sampling.shape)) {
    const value = keep(schema, field(field(stored, "sampling"), name));
    if (value !== undefined) sampling[name] = value;
  }
  return ChatSettings.parse({
    systemPrompt: kept.systemPrompt,
    sampling,
    ...(kept.seed === undefined ? {} : { seed: kept.seed }),
    ...(kept.maxTokens === undefined ? {} : { maxTokens: kept.maxTokens }),
  });
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
