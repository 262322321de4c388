// The open chat: its messages by id and the branch that is shown. Live text has a store of its own (liveAnswer.ts).
import { createStore, useStore } from "zustand";
import type { Chat, Message } from "../../../electron/contract/chat";
import type { NamedStack } from "../../../electron/contract/deltas";
import type { ChatId, MessageId } from "../../../electron/contract/ids";
import type { OpenChat } from "../../../electron/contract/methods";
import { type ChatSettings, defaultChatSettings } from "../../../electron/contract/sampling";

export interface ChatState {
  readonly chat: Chat | null;
  readonly messages: Readonly<Record<MessageId, Message>>;
  /** The branch on screen, oldest first. */
  readonly order: readonly MessageId[];
  /** Unsent words of each chat; "new" before a chat exists. */
  readonly drafts: Readonly<Partial<Record<ChatId | "new", string>>>;
  /** Settings of the chat that does not exist yet; they become the chat's own when it is created. */
  readonly newChatSettings: ChatSettings;
  /** Likewise who answers in it. */
  readonly newChatStack: NamedStack;
  /** A search hit to scroll to and point out; the conversation sets it back to null when it has. */
  readonly focusMessageId: MessageId | null;
}

export const chatStore = createStore<ChatState>()(() => ({
  chat: null,
  messages: {},
  order: [],
  drafts: {},
  newChatSettings: defaultChatSettings,
  newChatStack: [],
  focusMessageId: null,
}));

export function useChat<Value>(select: (state: ChatState) => Value): Value {
  return useStore(chatStore, select);
}

export function showChat(open: OpenChat | null, focusMessageId: MessageId | null = null): void {
  const messages: Record<MessageId, Message> = {};
  for (const message of open?.messages ?? []) messages[message.id] = message;
  chatStore.setState({
    chat: open?.chat ?? null,
    messages,
    order: open?.messages.map((message) => message.id) ?? [],
    focusMessageId,
  });
}

/** A message was added to the shown branch, or has a new state. Messages of other chats are ignored. */
export function applyMessage(message: Message): void {
  chatStore.setState((state) => {
    if (state.chat?.id !== message.chatId) return state;
    const messages = { ...state.messages, [message.id]: message };
    if (state.order.includes(message.id)) return { messages };
    const parentIndex = message.parentId === null ? -1 : state.order.indexOf(message.parentId);
    if (message.parentId !== null && parentIndex === -1) return state;
    return { messages, order: [...state.order.slice(0, parentIndex + 1), message.id] };
  });
}
