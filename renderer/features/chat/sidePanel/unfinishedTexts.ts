// Settings that are being typed and cannot be used yet, such as half a list in JSON: kept per chat while the window is open.
import { createStore, useStore } from "zustand";
import type { ChatId } from "../../../../electron/contract/ids";
import { chatStore, useChat } from "../chatStore";
import { draftKey } from "../composer/draft";

type Texts = Readonly<Partial<Record<string, string>>>;

/** By chat, then by field. "new": the chat that the next message creates. */
export const unfinishedTexts = createStore<Readonly<Partial<Record<ChatId | "new", Texts>>>>()(() => ({}));

/** Of the open chat; undefined: what the field says is what the chat has. */
export function useUnfinished(field: string): string | undefined {
  const key = useChat(draftKey);
  return useStore(unfinishedTexts, (all) => all[key]?.[field]);
}

/** `text` undefined: it is finished. */
export function setUnfinished(field: string, text: string | undefined): void {
  const key = draftKey(chatStore.getState());
  unfinishedTexts.setState((all) => {
    const { [field]: _before, ...others } = all[key] ?? {};
    return { [key]: text === undefined ? others : { ...others, [field]: text } };
  });
}

/** The chat that did not exist yet has been created. */
export function keepUnfinishedForCreated(chatId: ChatId): void {
  unfinishedTexts.setState(
    ({ new: texts, ...others }) => (texts === undefined ? others : { ...others, [chatId]: texts }),
    true,
  );
}

/** Another chat that does not exist yet takes its place. */
export function forgetUnfinishedOfNewChat(): void {
  unfinishedTexts.setState(({ new: _texts, ...others }) => others, true);
}
