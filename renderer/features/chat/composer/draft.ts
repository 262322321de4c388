// The unsent words of each chat, kept while the window is open.
import type { ChatId } from "../../../../electron/contract/ids";
import { chatStore, type ChatState } from "../chatStore";
import { emptyDraft, joinDrafts, type MessageDraft } from "../textField/messageDraft";

export type DraftKey = ChatId | "new";

export function draftKey(state: ChatState): DraftKey {
  return state.chat?.id ?? "new";
}

export function openDraft(state: ChatState): MessageDraft {
  return state.drafts[draftKey(state)] ?? emptyDraft;
}

export function changeDraft(key: DraftKey, change: (draft: MessageDraft) => MessageDraft): void {
  chatStore.setState(({ drafts }) => ({ drafts: { ...drafts, [key]: change(drafts[key] ?? emptyDraft) } }));
}

/** Words that could not be sent go back to the open chat, before whatever was typed there since. */
export function giveBack(draft: MessageDraft): void {
  changeDraft(draftKey(chatStore.getState()), (since) => joinDrafts(draft, since));
}
