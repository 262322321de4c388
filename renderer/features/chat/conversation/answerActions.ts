// What a user does with messages: send, stop, answer again, say it differently, look at the other versions.
import type { Message } from "../../../../electron/contract/chat";
import type { NamedStack } from "../../../../electron/contract/deltas";
import type { Failure } from "../../../../electron/contract/failure";
import type { ChatId, MessageId } from "../../../../electron/contract/ids";
import type { ToolResultPart } from "../../../../electron/contract/parts";
import type { ThinkingChoice } from "../../../../electron/contract/thinking";
import { call, callOrNotify } from "../../../app/bridge";
import { showFailure } from "../../../app/notices";
import { saveChatSettings } from "../chatSettings";
import { applyMessage, chatStore, showChat, type ChatState } from "../chatStore";
import type { Columns } from "../comparison/columnPlan";
import { comparedAnswers, comparedStacks } from "../comparison/comparedAnswers";
import { keepForCreated } from "../comparison/sideBySide";
import { deltaState } from "../../deltas/deltas";
import { dropUnusableDeltas } from "../fineTunes/chatStack";
import { choiceOf } from "../fineTunes/stackChanges";
import { adoptCreatedChat, saveOpenChat, requestNewChat } from "../openChats";
import { stopStream } from "../stream/tokenStream";
import { requestScrollToEnd } from "./scrollRequest";

export type SendOutcome = { readonly sent: true } | { readonly sent: false; readonly failure: Failure | null };

/** Chats that an answer is being asked for in: what is pressed before main has answered asks for no second one. */
const asking = new Set<ChatId>();

/** undefined: one is asked for already. */
async function askOnce<Value>(ask: () => Promise<Value>): Promise<Value | undefined> {
  const chatId = chatStore.getState().chat?.id;
  if (chatId === undefined) return ask();
  if (asking.has(chatId)) return undefined;
  asking.add(chatId);
  try {
    return await ask();
  } finally {
    asking.delete(chatId);
  }
}

/** Sends to the open chat, or to a new one. failure null: a notice has told it already. */
export async function sendMessage(text: string): Promise<SendOutcome> {
  await dropUnusableDeltas();
  await saveOpenChat();
  const { chat } = chatStore.getState();
  if (chat === null) return startChat(text, {});
  const outcome = await askOnce(() => call("chats.send", { chatId: chat.id, text }));
  if (outcome === undefined) return { sent: false, failure: null };
  if (!outcome.ok) return { sent: false, failure: outcome.failure };
  showNew(outcome.value.messages);
  return { sent: true };
}

/** A new chat with the settings and the stack that were chosen for it, and its first message; shown unless the user went elsewhere. */
export async function startChat(text: string, { columns }: { readonly columns?: Columns }): Promise<SendOutcome> {
  const { newChatSettings, newChatStack } = chatStore.getState();
  const isLatestRequest = requestNewChat();
  const started = await call("chats.start", {
    settings: newChatSettings,
    stack: choiceOf(newChatStack),
    text,
    ...(columns === undefined ? {} : { stacks: columns.map(choiceOf) }),
  });
  if (!started.ok) return { sent: false, failure: started.failure };
  const { chat, messages } = started.value;
  if (columns !== undefined) keepForCreated(chat.id);
  adoptCreatedChat(chat);
  if (isLatestRequest()) {
    showChat({ chat, messages: [], compared: [] });
    showNew(messages);
  }
  return { sent: true };
}

/** Stops all that the open chat is waiting for. Those that wait go first, so that none begins when the one before it ends. */
export function stopAnswer(): void {
  for (const message of writingMessages(chatStore.getState()).toReversed()) stopMessage(message);
}

/** Stops one answer, on the shortest way and through main. */
export function stopMessage({ requestId }: Message): void {
  if (requestId === null) return;
  stopStream(requestId);
  void call("chats.stop", { requestId }).then((outcome) => {
    // It may have ended by itself in the meantime.
    if (!outcome.ok && outcome.failure.code !== "not-found") showFailure(outcome.failure);
  });
}

/** What another answer is made with, where that is not the chat's own choice. */
export interface AnotherWay {
  readonly stack?: NamedStack;
  readonly thinking?: ThinkingChoice;
}

/** By a stack ("try with …"), else by the chat's own; in a comparison, by the one that made the answer. */
export async function regenerateAnswer(messageId: MessageId, way: AnotherWay = {}): Promise<void> {
  await askOnce(() => askAgain(messageId, way));
}

async function askAgain(messageId: MessageId, { stack, thinking }: AnotherWay): Promise<void> {
  const message = chatStore.getState().messages[messageId];
  const by = stack ?? (message === undefined || message.comparisonId === null ? undefined : message.stack);
  if (by === undefined) await dropUnusableDeltas();
  await saveChatSettings();
  const regenerated = await callOrNotify("chats.regenerate", {
    messageId,
    ...(by === undefined ? {} : { stack: choiceOf(by) }),
    ...(thinking === undefined ? {} : { thinking }),
  });
  if (regenerated !== null) showNew(regenerated.messages);
}

export function regenerateLastAnswer(): void {
  const state = chatStore.getState();
  const lastId = state.order.findLast((id) => state.messages[id]?.role === "assistant");
  if (lastId !== undefined && writingMessage(state) === null) void regenerateAnswer(lastId);
}

/** Where its answers stand side by side, those of the new version do as well. True when it was accepted. */
export async function editMessage(messageId: MessageId, text: string): Promise<boolean> {
  return (await askOnce(() => sendEdited(messageId, text))) ?? false;
}

async function sendEdited(messageId: MessageId, text: string): Promise<boolean> {
  const stacks = comparedStacks(chatStore.getState(), messageId, deltaState().list);
  if (stacks === null) await dropUnusableDeltas();
  await saveChatSettings();
  const edited = await callOrNotify("chats.edit", {
    messageId,
    text,
    ...(stacks === null ? {} : { stacks: stacks.map(choiceOf) }),
  });
  if (edited === null) return false;
  showNew(edited.messages);
  return true;
}

/** The model goes on with what its tools gave. True when it was accepted. */
export async function sendToolResults(messageId: MessageId, results: ToolResultPart[]): Promise<boolean> {
  return (await askOnce(() => sendResults(messageId, results))) ?? false;
}

async function sendResults(messageId: MessageId, results: ToolResultPart[]): Promise<boolean> {
  await dropUnusableDeltas();
  await saveChatSettings();
  const sent = await callOrNotify("chats.sendToolResults", { messageId, results });
  if (sent === null) return false;
  showNew(sent.messages);
  return true;
}

/** Saves what the disk did not take, if it has room now. */
export async function saveUnsaved(): Promise<void> {
  const left = await callOrNotify("chats.saveUnsaved", undefined);
  if (left?.failure) showFailure(left.failure);
}

export async function showSibling(messageId: MessageId): Promise<void> {
  const open = await callOrNotify("chats.showSibling", { messageId });
  if (open !== null && open.chat.id === chatStore.getState().chat?.id) showChat(open);
}

/** The answer that is being written in the open chat; side by side, the first of those that are not there yet. */
export function writingMessage(state: ChatState): Message | null {
  return writingMessages(state)[0] ?? null;
}

export function writingMessages(state: ChatState): Message[] {
  const lastId = state.order.at(-1);
  const last = lastId === undefined ? undefined : state.messages[lastId];
  return last === undefined ? [] : comparedAnswers(state, last).filter((message) => message.state === "writing");
}

/** Messages also come as events; one that is known by now may already have a newer state there. */
export function showNew(messages: readonly Message[]): void {
  for (const message of messages) {
    if (chatStore.getState().messages[message.id] === undefined) applyMessage(message);
  }
  requestScrollToEnd();
}
