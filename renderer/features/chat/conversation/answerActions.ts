// What a person does with messages: send, stop, answer again, say it differently, look at the other versions.
import type { Message } from "../../../../electron/contract/chat";
import type { NamedStack } from "../../../../electron/contract/deltas";
import type { Failure } from "../../../../electron/contract/failure";
import type { MessageId } from "../../../../electron/contract/ids";
import { call, callOrNotify } from "../../../app/bridge";
import { showFailure } from "../../../app/notices";
import { applyMessage, chatStore, showChat, type ChatState } from "../chatStore";
import { leaveOutUnusable } from "../fineTunes/chatStack";
import { choiceOf } from "../fineTunes/stackChanges";
import { chatToSendTo } from "../openChats";
import { stopStream } from "../stream/tokenStream";
import { wishToSeeTheEnd } from "./scrollWish";

export type SendOutcome = { readonly sent: true } | { readonly sent: false; readonly failure: Failure | null };

/** Sends to the open chat, or to a new one. failure null: a notice has told it already. */
export async function sendMessage(text: string): Promise<SendOutcome> {
  await leaveOutUnusable();
  const chatId = await chatToSendTo();
  if (chatId === null) return { sent: false, failure: null };
  const outcome = await call("chats.send", { chatId, text });
  if (!outcome.ok) return { sent: false, failure: outcome.failure };
  showNew(outcome.value.messages);
  return { sent: true };
}

/** Stops the answer that the open chat is waiting for, on the shortest way and through main. */
export function stopAnswer(): void {
  const requestId = writingMessage(chatStore.getState())?.requestId ?? null;
  if (requestId === null) return;
  stopStream(requestId);
  void call("chats.stop", { requestId }).then((outcome) => {
    // It may have ended by itself in the meantime.
    if (!outcome.ok && outcome.failure.code !== "not-found") showFailure(outcome.failure);
  });
}

/** By `stack` ("try with …"), else by the chat's own. */
export async function regenerateAnswer(messageId: MessageId, stack?: NamedStack): Promise<void> {
  if (stack === undefined) await leaveOutUnusable();
  const regenerated = await callOrNotify("chats.regenerate", { messageId, ...(stack === undefined ? {} : { stack: choiceOf(stack) }) });
  if (regenerated !== null) showNew(regenerated.messages);
}

export function regenerateLastAnswer(): void {
  const { order, messages } = chatStore.getState();
  const lastId = order.findLast((id) => messages[id]?.role === "assistant");
  if (lastId !== undefined && messages[lastId]?.state !== "writing") void regenerateAnswer(lastId);
}

/** True when the new version was accepted. */
export async function editMessage(messageId: MessageId, text: string): Promise<boolean> {
  await leaveOutUnusable();
  const edited = await callOrNotify("chats.edit", { messageId, text });
  if (edited === null) return false;
  showNew(edited.messages);
  return true;
}

export async function showSibling(messageId: MessageId): Promise<void> {
  const open = await callOrNotify("chats.showSibling", { messageId });
  if (open !== null && open.chat.id === chatStore.getState().chat?.id) showChat(open);
}

/** The answer that is being written in the open chat. */
export function writingMessage({ order, messages }: ChatState): Message | null {
  const lastId = order.at(-1);
  const last = lastId === undefined ? undefined : messages[lastId];
  return last?.state === "writing" ? last : null;
}

/** Messages also come as events; one that is known by now may already have a newer state there. */
function showNew(messages: readonly Message[]): void {
  for (const message of messages) {
    if (chatStore.getState().messages[message.id] === undefined) applyMessage(message);
  }
  wishToSeeTheEnd();
}
