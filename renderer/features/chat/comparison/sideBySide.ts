// Which chats ask side by side, and whom: chosen per chat, kept while the window is open. Renderer.
import { useMemo } from "react";
import { createStore, useStore } from "zustand";
import type { ChatId } from "../../../../electron/contract/ids";
import { appStore, useApp } from "../../../app/appStore";
import { deltaState, knownDeltasForModel, useDeltas, useDeltasForModel } from "../../deltas/deltas";
import { currentModelId } from "../../model/loadedModel";
import { chatStore, useChat } from "../chatStore";
import { draftKey } from "../composer/draft";
import { stackOf, useChatStack } from "../fineTunes/chatStack";
import { type ColumnPlan, type Columns, planColumns } from "./columnPlan";

interface Choice {
  readonly isOn: boolean;
  /** null: as proposed. */
  readonly columns: Columns | null;
}

const asProposed: Choice = { isOn: false, columns: null };

/** "new": the chat that the next message creates. */
export const sideBySide = createStore<Readonly<Partial<Record<ChatId | "new", Choice>>>>()(() => ({}));

export interface SideBySide {
  /** The user wants it, and it can be done. */
  readonly isOn: boolean;
  readonly plan: ColumnPlan;
}

export function useSideBySide(): SideBySide {
  const key = useChat(draftKey);
  const { isOn, columns: chosen } = useStore(sideBySide, (choices) => choices[key] ?? asProposed);
  const chatStack = useChatStack();
  const library = useDeltas((state) => state.list);
  const modelId = useApp(({ engine, settings }) => currentModelId(engine) ?? settings.modelId);
  const { answer: forModel } = useDeltasForModel(library.length === 0 ? null : modelId);
  const hasModel = modelId !== null;
  const plan = useMemo(
    () => planColumns({ chosen, chatStack, library, hasModel, forModel }),
    [chosen, chatStack, library, hasModel, forModel],
  );
  return { isOn: isOn && plan.kind !== "unavailable", plan };
}

/** The same, asked outside of a component. */
export function sideBySideNow(): SideBySide {
  const state = chatStore.getState();
  const { isOn, columns: chosen } = sideBySide.getState()[draftKey(state)] ?? asProposed;
  const { list: library } = deltaState();
  const { engine, settings } = appStore().getState();
  const modelId = currentModelId(engine) ?? settings.modelId;
  const plan = planColumns({
    chosen,
    chatStack: stackOf(state),
    library,
    hasModel: modelId !== null,
    forModel: knownDeltasForModel(modelId),
  });
  return { isOn: isOn && plan.kind !== "unavailable", plan };
}

export function turnSideBySide(isOn: boolean): void {
  changeOpen((choice) => ({ ...choice, isOn }));
}

export function chooseColumns(columns: Columns): void {
  changeOpen((choice) => ({ ...choice, columns }));
}

/** The chat that did not exist yet has been created. */
export function keepForCreated(chatId: ChatId): void {
  sideBySide.setState(
    ({ new: choice, ...others }) => (choice === undefined ? others : { ...others, [chatId]: choice }),
    true,
  );
}

function changeOpen(change: (choice: Choice) => Choice): void {
  const key = draftKey(chatStore.getState());
  sideBySide.setState((choices) => ({ [key]: change(choices[key] ?? asProposed) }));
}
