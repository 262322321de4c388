// Puts chats and messages that were found together again where what one of them leads to is lost. Pure.
import { randomUUID } from "node:crypto";
import { ChatId, MessageId } from "../../../contract/ids";
import { UNTITLED } from "../../../contract/untitled";
import { titleFromText } from "../chatTitle";
import type { FoundChat, FoundMessage } from "./knownRows";

/** What is known of a message without its text, which is read again when it is written. */
export interface MessageLinks extends Pick<FoundMessage, "row" | "id" | "chat_id" | "parent_id" | "created_at_ms"> {
  /** What a chat without a title is called by: the first words, where it is the user's. */
  opening: string | null;
}

/**
 * Afterwards each id is one, each message has a chat, and follows a message of that chat or none: where the one that it followed is
 * lost, the one that was written before it. Messages without a chat get a new one. Changes what it is given, and returns all chats.
 */
export function joinRows(chats: FoundChat[], messages: MessageLinks[]): FoundChat[] {
  messages.sort((one, other) => one.row - other.row);
  nameAlone(chats, ChatId);
  nameAlone(messages, MessageId);
  const messageOf = new Map(messages.map((message) => [message.id, message]));
  takeBackMessages(chats, messages, messageOf);

  const chatOf = new Map(chats.map((chat) => [chat.id, chat]));
  findChats(messages, messageOf, chatOf);
  for (const message of messages) {
    if (chatOf.has(message.chat_id)) continue;
    chatOf.set(message.chat_id, chatFor(message));
  }
  follow(messages, messageOf, chatOf);
  const all = [...chatOf.values()];
  for (const rows of [all, messages]) numberAlone(rows);
  return all;
}

/** An id that is wrong, or a second time there, becomes another one; what led to it is lost. */
function nameAlone(rows: { id: string }[], schema: typeof ChatId | typeof MessageId): void {
  const taken = new Set<string>();
  for (const one of rows) {
    if (taken.has(one.id) || !schema.safeParse(one.id).success) one.id = randomUUID();
    taken.add(one.id);
  }
}

function numberAlone(rows: { row: number }[]): void {
  const taken = new Set<number>();
  let next = rows.reduce((most, { row }) => (Number.isSafeInteger(row) ? Math.max(most, row) : most), 0) + 1;
  for (const one of rows) {
    if (taken.has(one.row) || !Number.isSafeInteger(one.row)) one.row = next++;
    taken.add(one.row);
  }
}

/** A chat whose own id was damaged still says which message it shows: that one's chat is this one. */
function takeBackMessages(
  chats: readonly FoundChat[],
  messages: readonly MessageLinks[],
  messageOf: ReadonlyMap<string, MessageLinks>,
): void {
  const used = new Set(messages.map(({ chat_id }) => chat_id));
  const ids = new Set(chats.map(({ id }) => id));
  for (const chat of chats) {
    const wanted = chat.leaf_id === null ? undefined : messageOf.get(chat.leaf_id)?.chat_id;
    if (wanted === undefined || used.has(chat.id) || ids.has(wanted)) continue;
    if (!ChatId.safeParse(wanted).success) continue;
    chat.id = wanted;
    ids.add(wanted);
  }
}

/** A message whose chat is not there is in that of the message before it, or after it. */
function findChats(
  messages: readonly MessageLinks[],
  messageOf: ReadonlyMap<string, MessageLinks>,
  chatOf: ReadonlyMap<string, FoundChat>,
): void {
  const isKnown = (id: string | undefined): id is string => id !== undefined && chatOf.has(id);
  for (const message of messages) {
    const before = message.parent_id === null ? undefined : messageOf.get(message.parent_id);
    if (before === undefined || isKnown(message.chat_id) === isKnown(before.chat_id)) continue;
    if (isKnown(before.chat_id)) message.chat_id = before.chat_id;
  }
  for (const message of messages.toReversed()) {
    const before = message.parent_id === null ? undefined : messageOf.get(message.parent_id);
    if (before !== undefined && !isKnown(before.chat_id) && isKnown(message.chat_id)) before.chat_id = message.chat_id;
  }
  const renamed = new Map<string, string>();
  for (const message of messages) {
    if (ChatId.safeParse(message.chat_id).success) continue;
    const id = renamed.get(message.chat_id) ?? randomUUID();
    renamed.set(message.chat_id, id);
    message.chat_id = id;
  }
}

function chatFor(message: MessageLinks): FoundChat {
  return {
    // Numbered after all others.
    row: Number.NaN,
    id: message.chat_id,
    title: message.opening === null ? UNTITLED : titleFromText(message.opening),
    is_renamed: 0,
    created_at_ms: message.created_at_ms,
    last_used_at_ms: message.created_at_ms,
    leaf_id: null,
    settings: "{}",
    deleted_at_ms: null,
    stack: "[]",
  };
}

function follow(
  messages: readonly MessageLinks[],
  messageOf: ReadonlyMap<string, MessageLinks>,
  chatOf: ReadonlyMap<string, FoundChat>,
): void {
  const last = new Map<string, MessageLinks>();
  for (const message of messages) {
    const chatId = message.chat_id;
    if (message.parent_id !== null && messageOf.get(message.parent_id)?.chat_id !== chatId)
      message.parent_id = last.get(chatId)?.id ?? null;
    last.set(chatId, message);
  }
  for (const chat of chatOf.values()) {
    const newest = last.get(chat.id);
    if (chat.leaf_id === null || messageOf.get(chat.leaf_id)?.chat_id !== chat.id) chat.leaf_id = newest?.id ?? null;
    if (newest !== undefined && Number.isNaN(chat.row)) chat.last_used_at_ms = newest.created_at_ms;
  }
}
