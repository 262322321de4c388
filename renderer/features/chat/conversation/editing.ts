// The message that is being said differently, and the words so far: outside the list, whose rows come and go.
import { createStore, useStore } from "zustand";
import type { MessageId } from "../../../../electron/contract/ids";
import { emptyDraft, toDraft, type MessageDraft } from "../textField/messageDraft";

export interface Editing {
  readonly messageId: MessageId | null;
  readonly draft: MessageDraft;
}

export const editing = createStore<Editing>()(() => ({ messageId: null, draft: emptyDraft }));

export function useEditing<Value>(select: (state: Editing) => Value): Value {
  return useStore(editing, select);
}

export function beginEditing(messageId: MessageId, text: string): void {
  editing.setState({ messageId, draft: toDraft(text) });
}

export function endEditing(): void {
  editing.setState({ messageId: null, draft: emptyDraft });
}
