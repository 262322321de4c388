// Settings that are being typed and cannot be used yet, such as half a list in JSON: kept per chat while the window is open.
import { createStore, useStore } from "zustand";
import type { ChatId } from "../../../../electron/contract/ids";
import type { AnswerStructure } from "../../../../electron/contract/sampling";
import { chatStore, useChat } from "../chatStore";
import { draftKey } from "../composer/draft";
import type { SchemaForm } from "../structure/schemaForm";
import type { BiasRow } from "./biasRows";

/** By field. */
interface Unfinished {
  readonly "stop-texts"?: string;
  readonly tools?: string;
  readonly "json-schema"?: string;
  readonly grammar?: string;
  /** Chosen, and nothing that can be used is typed yet. */
  readonly "structure-kind"?: AnswerStructure["kind"];
  /** As it is on screen, rows without a name included. */
  readonly "schema-form"?: SchemaForm;
  readonly "schema-view"?: "form" | "text";
  readonly "logit-bias"?: readonly BiasRow[];
}

/** By chat, then by field. "new": the chat that the next message creates. */
export const unfinishedSettings = createStore<Readonly<Partial<Record<ChatId | "new", Unfinished>>>>()(() => ({}));

/** Of the open chat; undefined: what the field says is what the chat has. */
export function useUnfinished<Field extends keyof Unfinished>(field: Field): Unfinished[Field] | undefined {
  const key = useChat(draftKey);
  return useStore(unfinishedSettings, (all) => all[key]?.[field]);
}

/** `value` undefined: it is finished. */
export function setUnfinished<Field extends keyof Unfinished>(
  field: Field,
  value: Unfinished[Field] | undefined,
): void {
  const key = draftKey(chatStore.getState());
  unfinishedSettings.setState((all) => {
    const { [field]: _before, ...others } = all[key] ?? {};
    return { [key]: value === undefined ? others : { ...others, [field]: value } };
  });
}

/** The chat that did not exist yet has been created. */
export function keepUnfinishedForCreated(chatId: ChatId): void {
  unfinishedSettings.setState(
    ({ new: fields, ...others }) => (fields === undefined ? others : { ...others, [chatId]: fields }),
    true,
  );
}

/** Another chat that does not exist yet takes its place. */
export function forgetUnfinishedOfNewChat(): void {
  unfinishedSettings.setState(({ new: _fields, ...others }) => others, true);
}
