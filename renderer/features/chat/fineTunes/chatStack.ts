// Who answers next in the open chat: shown at once, saved at once or, while a slider moves, shortly after.
import type { NamedStack } from "../../../../electron/contract/deltas";
import type { ChatId, DeltaId } from "../../../../electron/contract/ids";
import { createStore } from "zustand";
import { appStore } from "../../../app/appStore";
import { call } from "../../../app/bridge";
import { showFailure } from "../../../app/notices";
import { deltaState, knownDeltasForModel } from "../../deltas/deltas";
import { currentModelId } from "../../model/loadedModel";
import { chatStore, type ChatState, useChat } from "../chatStore";
import { usableStack } from "./fineTuneChoices";
import { choiceOf } from "./stackChanges";

/** As in chatSettings.ts: joins the steps of a dragged slider. */
const SAVE_DELAY_MS = 400;

/** Strengths that were set in this session, so that a fine-tune comes back as strong as it went. */
export const scaleStore = createStore<{ readonly scales: Readonly<Record<DeltaId, number>> }>()(() => ({ scales: {} }));

let waiting: { readonly chatId: ChatId; readonly stack: NamedStack; readonly timer: number } | null = null;
let saving: Promise<void> = Promise.resolve();

/** Of the open chat, or of the one that the next message will create. */
export function stackOf({ chat, newChatStack }: ChatState): NamedStack {
  return chat?.stack ?? newChatStack;
}

export function useChatStack(): NamedStack {
  return useChat(stackOf);
}

export function rememberScale(deltaId: DeltaId, scale: number): void {
  scaleStore.setState(({ scales }) => ({ scales: { ...scales, [deltaId]: scale } }));
}

export function changeChatStack(stack: NamedStack, save: "now" | "soon" = "now"): void {
  for (const { deltaId, scale } of [...stackOf(chatStore.getState()), ...stack]) rememberScale(deltaId, scale);
  const { chat } = chatStore.getState();
  if (chat === null) {
    chatStore.setState({ newChatStack: stack });
    return;
  }
  chatStore.setState({ chat: { ...chat, stack } });
  if (waiting !== null) clearTimeout(waiting.timer);
  const timer = window.setTimeout(() => void saveChatStack(), SAVE_DELAY_MS);
  waiting = { chatId: chat.id, stack, timer };
  if (save === "now") void saveChatStack();
}

/** Done when main has it. Called before a message is sent, a chat is left, and the window goes. */
export function saveChatStack(): Promise<void> {
  if (waiting !== null) {
    const { chatId, stack, timer } = waiting;
    clearTimeout(timer);
    waiting = null;
    saving = saving.then(() => save(chatId, stack));
  }
  return saving;
}

async function save(chatId: ChatId, stack: NamedStack): Promise<void> {
  const outcome = await call("chats.setStack", { chatId, stack: choiceOf(stack) });
  if (outcome.ok) return;
  showFailure(outcome.failure);
  // What main has is what will answer.
  const known = appStore().getState().chats[chatId]?.stack ?? [];
  chatStore.setState(({ chat }) => (chat?.id === chatId ? { chat: { ...chat, stack: known } } : {}));
}

/** Before an answer is asked for: what cannot be used goes from the stack, as the composer has said. */
export async function dropUnusableDeltas(): Promise<void> {
  const { list } = deltaState();
  const { engine, settings } = appStore().getState();
  const modelId = currentModelId(engine) ?? settings.modelId;
  const known = knownDeltasForModel(modelId);
  const stack = stackOf(chatStore.getState());
  const usable = usableStack(stack, list, known.kind === "loaded" ? known.value.deltas : null);
  if (usable.length < stack.length) changeChatStack(usable);
  await saveChatStack();
}
