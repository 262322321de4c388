// How the open chat's system prompt and sampling settings are kept: shown at once, saved shortly after.
import type { ChatId } from "../../../electron/contract/ids";
import type { ChatSettings } from "../../../electron/contract/sampling";
import { callOrNotify } from "../../app/bridge";
import { chatStore, useChat } from "./chatStore";

/** Long enough to join the steps of a dragged slider, short enough that nothing is lost by closing the window. */
const SAVE_DELAY_MS = 400;

let waiting: { readonly chatId: ChatId; readonly settings: ChatSettings; readonly timer: number } | null = null;

/** Settings of the open chat, or of the one that will be created by the next message. */
export function useChatSettings(): ChatSettings {
  return useChat((state) => state.chat?.settings ?? state.newChatSettings);
}

export function changeChatSettings(change: (settings: ChatSettings) => ChatSettings): void {
  const { chat, newChatSettings } = chatStore.getState();
  if (chat === null) {
    chatStore.setState({ newChatSettings: change(newChatSettings) });
    return;
  }
  const settings = change(chat.settings);
  chatStore.setState({ chat: { ...chat, settings } });
  if (waiting !== null) clearTimeout(waiting.timer);
  const timer = window.setTimeout(() => void saveChatSettings(), SAVE_DELAY_MS);
  waiting = { chatId: chat.id, settings, timer };
}

/** Saves what is still waiting. Called before a message is sent, a chat is left, and the window goes. */
export async function saveChatSettings(): Promise<void> {
  if (waiting === null) return;
  const { chatId, settings, timer } = waiting;
  clearTimeout(timer);
  waiting = null;
  await callOrNotify("chats.saveSettings", { chatId, settings });
}
