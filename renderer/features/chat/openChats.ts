// What a user does with whole chats: open, begin, rename, delete and take back, go to the next one.
import type { Chat, ChatSummary } from "../../../electron/contract/chat";
import type { ChatId, MessageId } from "../../../electron/contract/ids";
import type { OpenChat } from "../../../electron/contract/methods";
import { defaultChatSettings } from "../../../electron/contract/sampling";
import { appStore, indexChats, withChat, withoutChat } from "../../app/appStore";
import { callOrNotify } from "../../app/bridge";
import { showPage } from "../../app/layout";
import { showOffer } from "../../app/notices";
import { saveChatSettings } from "./chatSettings";
import { chatStore, showChat } from "./chatStore";
import { saveChatStack } from "./fineTunes/chatStack";
import { forgetUnfinishedOfNewChat, keepUnfinishedForCreated } from "./sidePanel/unfinishedSettings";
import { shownTitle } from "../../../electron/words/chatTitle";
import { t } from "../../../electron/words/language";

/** Counts up with each request to see another chat, so that a slow answer to an older request is dropped. */
let latestRequest = 0;

/** Opens a chat; with a message, on the branch that holds it and scrolled to it. */
export async function openChat(chatId: ChatId, messageId: MessageId | null = null): Promise<void> {
  const request = ++latestRequest;
  showPage("chat");
  await saveOpenChat();
  let open = await callOrNotify("chats.open", { chatId });
  if (open !== null && messageId !== null && rowOf(open, messageId) === null) {
    open = (await callOrNotify("chats.showSibling", { messageId })) ?? open;
  }
  if (open !== null && request === latestRequest) showChat(open, messageId === null ? null : rowOf(open, messageId));
}

/** The message of the shown branch that a message is seen with: itself, or the one that it stands beside. */
function rowOf({ messages, compared }: OpenChat, messageId: MessageId): MessageId | null {
  const comparisonId = compared.find(({ id }) => id === messageId)?.comparisonId ?? null;
  return (
    messages.find(
      (message) => message.id === messageId || (comparisonId !== null && message.comparisonId === comparisonId),
    )?.id ?? null
  );
}

/** Shows an empty chat. It is created in the database with its first message. */
export function beginChat(): void {
  latestRequest++;
  showPage("chat");
  void saveOpenChat();
  forgetUnfinishedOfNewChat();
  chatStore.setState({ newChatSettings: defaultChatSettings, newChatStack: [] });
  showChat(null);
}

/** Saves what is still waiting: settings and stack of the open chat. */
export async function saveOpenChat(): Promise<void> {
  await Promise.all([saveChatSettings(), saveChatStack()]);
}

/** A chat that does not exist yet is requested. Returns whether no other was since. */
export function requestNewChat(): () => boolean {
  const request = ++latestRequest;
  return () => request === latestRequest;
}

/** What was chosen for the chat that did not exist yet is now this one's. */
export function adoptCreatedChat(chat: Chat): void {
  keepUnfinishedForCreated(chat.id);
  applyChat(chat);
}

export async function renameChat(chatId: ChatId, title: string): Promise<void> {
  const chat = await callOrNotify("chats.rename", { chatId, title });
  if (chat !== null) applyChat(chat);
}

/** Deletes a chat at once; a notice offers to take it back. */
export async function deleteChat(chatId: ChatId): Promise<void> {
  const title = appStore().getState().chats[chatId]?.title ?? "";
  const wasOpen = chatStore.getState().chat?.id === chatId;
  if (wasOpen) await saveOpenChat();
  if ((await callOrNotify("chats.delete", { chatId })) === null) return;
  forgetChat(chatId);
  showOffer(title === "" ? t("Chat deleted") : t("Deleted “{name}”", { name: shownTitle(title) }), {
    label: t("Undo"),
    run: () => void restoreChat(chatId, wasOpen),
  });
}

async function restoreChat(chatId: ChatId, open: boolean): Promise<void> {
  const chat = await callOrNotify("chats.restore", { chatId });
  if (chat === null) return;
  applyChat(chat);
  if (open) await openChat(chatId);
}

/** One down (1) or up (-1) in the sidebar; from the new chat, the first or the last. */
export function openNeighbour(step: 1 | -1): void {
  const { chatOrder } = appStore().getState();
  const openId = chatStore.getState().chat?.id;
  const index = openId === undefined ? -1 : chatOrder.indexOf(openId);
  const start = index === -1 && step === -1 ? chatOrder.length : index;
  const next = chatOrder[(start + step + chatOrder.length) % chatOrder.length];
  if (next !== undefined) void openChat(next);
}

/** A chat is new or has changed: in the sidebar, and in the open chat's heading. */
export function applyChat(summary: ChatSummary): void {
  appStore().setState((state) => withChat(state, summary));
  chatStore.setState((state) =>
    state.chat?.id === summary.id ? { chat: { ...state.chat, ...pickSummary(summary) } } : state,
  );
}

/** All chats are others now: the one that was open may be none of them, or another state of itself. */
export function replaceChats(chats: readonly ChatSummary[]): void {
  appStore().setState(indexChats(chats));
  latestRequest++;
  showChat(null);
}

/** A chat is gone from the sidebar; when it was open, an empty one takes its place. */
export function forgetChat(chatId: ChatId): void {
  appStore().setState((state) => withoutChat(state, chatId));
  if (chatStore.getState().chat?.id === chatId) showChat(null);
}

function pickSummary({ id, title, createdAtMs, lastUsedAtMs, stack }: ChatSummary): ChatSummary {
  return { id, title, createdAtMs, lastUsedAtMs, stack };
}
