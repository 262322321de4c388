// The open chat: its messages by id and the branch that is shown. Live text has a store of its own (liveAnswer.ts).
import { createStore, useStore } from "zustand";
import type { Chat, Message } from "../../../electron/contract/chat";
import { isSameStack, type NamedStack } from "../../../electron/contract/deltas";
import type { ChatId, MessageId } from "../../../electron/contract/ids";
import type { OpenChat } from "../../../electron/contract/methods";
import { type ChatSettings, defaultChatSettings } from "../../../electron/contract/sampling";
import type { MessageDraft } from "./textField/messageDraft";

export interface ChatState {
  readonly chat: Chat | null;
  /** Those of the branch, and answers beside them that were asked for together with one of them. */
  readonly messages: Readonly<Record<MessageId, Message>>;
  /** The branch on screen, oldest first. */
  readonly order: readonly MessageId[];
  /** What is written and not sent in each chat; "new" before a chat exists. */
  readonly drafts: Readonly<Partial<Record<ChatId | "new", MessageDraft>>>;
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
  for (const message of open === null ? [] : [...open.messages, ...open.compared]) messages[message.id] = message;
  chatStore.setState({
    chat: open?.chat ?? null,
    messages,
    order: open?.messages.map((message) => message.id) ?? [],
    focusMessageId,
  });
}

/** A message was added to the shown branch or beside it, or has a new state. Messages of other chats are ignored. */
export function applyMessage(message: Message): void {
  chatStore.setState((state) => {
    if (state.chat?.id !== message.chatId) return state;
    const messages: Record<MessageId, Message> = { ...state.messages, [message.id]: message };
    if (state.messages[message.id] !== undefined) return { messages };
    const parentIndex = message.parentId === null ? -1 : state.order.indexOf(message.parentId);
    if (message.parentId !== null && parentIndex === -1) return state;
    for (const id of message.siblingIds) {
      const sibling = messages[id];
      if (sibling !== undefined) messages[id] = { ...sibling, siblingIds: message.siblingIds };
    }
    return staysBeside(message, state, parentIndex + 1)
      ? { messages }
      : { messages, order: [...state.order.slice(0, parentIndex + 1), message.id] };
  });
}

/** Side by side, an answer takes the place of none but its own former version; as ChatStore.addAnotherAnswer says. */
function staysBeside({ comparisonId, stack }: Message, { order, messages }: ChatState, index: number): boolean {
  const shownId = order[index];
  const shown = shownId === undefined ? undefined : messages[shownId];
  return comparisonId !== null && shown?.comparisonId === comparisonId && !isSameStack(shown.stack, stack);
}
