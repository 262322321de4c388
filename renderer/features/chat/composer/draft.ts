// The unsent words of the open chat, kept per chat while the window is open.
import type { ChatId } from "../../../../electron/contract/ids";
import { chatStore, type ChatState } from "../chatStore";

export function draftKey(state: ChatState): ChatId | "new" {
  return state.chat?.id ?? "new";
}

export function openDraft(state: ChatState): string {
  return state.drafts[draftKey(state)] ?? "";
}

export function setOpenDraft(text: string): void {
  chatStore.setState((state) => ({ drafts: { ...state.drafts, [draftKey(state)]: text } }));
}

/** Words that could not be sent go back before whatever was typed since. */
export function giveBack(text: string): void {
  const typedSince = openDraft(chatStore.getState());
  setOpenDraft(typedSince === "" ? text : `${text}\n${typedSince}`);
}
