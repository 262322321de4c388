// Chats and messages as every process sees them.
import { z } from "zod";
import { NamedStack } from "./deltas";
import { Failure } from "./failure";
import { ChatId, ComparisonId, MessageId, ModelId, RequestId } from "./ids";
import { FormatFacts } from "./modelFormat";
import { MessagePart } from "./parts";
import { ChatSettings } from "./sampling";

/** 1 MiB of characters: far above any context, far below what would stall a window. */
export const MAX_MESSAGE_CHARACTERS = 1_048_576;
export const MAX_TITLE_CHARACTERS = 200;

export const ChatSummary = z.strictObject({
  id: ChatId,
  title: z.string().max(MAX_TITLE_CHARACTERS),
  createdAtMs: z.number(),
  /** Time of the last message: the order of the sidebar. */
  lastUsedAtMs: z.number(),
  /** Who answers the next message. May name deltas that were deleted since. */
  stack: NamedStack,
});
export type ChatSummary = z.infer<typeof ChatSummary>;

export const Chat = ChatSummary.extend({ settings: ChatSettings });
export type Chat = z.infer<typeof Chat>;

/** What was measured while an answer was written. Times in ms, speeds in tokens per second. */
export const AnswerFacts = z.strictObject({
  modelId: ModelId,
  modelName: z.string(),
  promptTokens: z.number().int(),
  /** Part of promptTokens that was still in the KV cache and not read again. */
  cachedTokens: z.number().int(),
  answerTokens: z.number().int(),
  timeToFirstTokenMs: z.number().nullable(),
  prefillTokensPerSecond: z.number().nullable(),
  decodeTokensPerSecond: z.number().nullable(),
  /** Tokens in the context after this answer, and its size then. */
  contextUsedTokens: z.number().int(),
  contextSizeTokens: z.number().int(),
  /** Time to bring the answer's deltas into memory, and to put them to work; null = the same as before, or none. */
  deltaLoadMs: z.number().nullable().default(null),
  deltaSwitchMs: z.number().nullable().default(null),
  /** By what the conversation was written, where that was not the model's own chat template. */
  format: FormatFacts.pick({ name: true, problem: true }).nullable().default(null),
  /** "end": the model ended it. "length": maxTokens reached. "context": no room left. "stopped": by the user. */
  endReason: z.enum(["end", "length", "context", "stopped"]),
  /** First message that the model saw when it wrote this answer; null = it saw all. */
  firstSeenMessageId: MessageId.nullable(),
});
export type AnswerFacts = z.infer<typeof AnswerFacts>;

/**
 * "writing": the engine is generating it. "stopped": by the user. "interrupted": the app or the engine died
 * in mid-answer, the text up to then is kept. "failed": no answer came, `failure` says why.
 */
export const MessageState = z.enum(["complete", "writing", "stopped", "interrupted", "failed"]);
export type MessageState = z.infer<typeof MessageState>;

export const Message = z.strictObject({
  id: MessageId,
  chatId: ChatId,
  /** The message it follows; null for the first. Messages form a tree: an edit or a regeneration is a sibling. */
  parentId: MessageId.nullable(),
  role: z.enum(["user", "assistant"]),
  parts: z.array(MessagePart),
  createdAtMs: z.number(),
  state: MessageState,
  /** Set while state is "writing". */
  requestId: RequestId.nullable(),
  failure: Failure.nullable(),
  facts: AnswerFacts.nullable(),
  /** Who made this answer, from its first moment on. Empty: the base, or a user. */
  stack: NamedStack,
  /** Set for answers that were asked for together, to be shown side by side. */
  comparisonId: ComparisonId.nullable(),
  /** All alternatives at this place, itself included, oldest first. */
  siblingIds: z.array(MessageId),
  /** Set for an answer that has ended and that the disk has not taken yet: its words are in memory only. */
  isUnsaved: z.literal(true).optional(),
});
export type Message = z.infer<typeof Message>;

/** Answers whose words are in memory only, with the titles of their chats. */
export const UnsavedWords = z.strictObject({
  answers: z.array(z.strictObject({ chatId: ChatId, messageId: MessageId, title: z.string() })),
  /** Why the disk did not take them; null: there are none. */
  failure: Failure.nullable(),
});
export type UnsavedWords = z.infer<typeof UnsavedWords>;

/** A hit of the full-text search. `snippet` marks the found words with U+E000 … U+E001. */
export const SearchHit = z.strictObject({
  chatId: ChatId,
  messageId: MessageId.nullable(),
  title: z.string(),
  snippet: z.string(),
  atMs: z.number(),
});
export type SearchHit = z.infer<typeof SearchHit>;
