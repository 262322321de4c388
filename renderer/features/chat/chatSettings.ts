// How the open chat's settings are kept: shown at once, saved shortly after.
import type { ChatId } from "../../../electron/contract/ids";
import type { ChatSettings } from "../../../electron/contract/sampling";
import type { ThinkingChoice } from "../../../electron/contract/thinking";
import { callOrNotify } from "../../app/bridge";
import { chatStore, useChat, type ChatState } from "./chatStore";

/** Long enough to join the steps of a dragged slider, short enough that nothing is lost by closing the window. */
const SAVE_DELAY_MS = 400;

let waiting: { readonly chatId: ChatId; readonly settings: ChatSettings; readonly timer: number } | null = null;

/** Settings of the open chat, or of the one that will be created by the next message. */
export function useChatSettings(): ChatSettings {
  return useChat(shownSettings);
}

export function chatSettings(): ChatSettings {
  return shownSettings(chatStore.getState());
}

function shownSettings({ chat, newChatSettings }: ChatState): ChatSettings {
  return chat?.settings ?? newChatSettings;
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

/** Whether and how long the chat's model thinks, from its next answer on. */
export function changeThinking(choice: ThinkingChoice): void {
  changeChatSettings(({ thinking: _before, ...settings }) =>
    Object.keys(choice).length === 0 ? settings : { ...settings, thinking: choice },
  );
}

/** Saves what is still waiting. Called before a message is sent, a chat is left, and the window goes. */
export async function saveChatSettings(): Promise<void> {
  if (waiting === null) return;
  const { chatId, settings, timer } = waiting;
  clearTimeout(timer);
  waiting = null;
  await callOrNotify("chats.saveSettings", { chatId, settings });
}
