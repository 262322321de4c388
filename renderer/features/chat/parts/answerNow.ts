// "Answer now": the model is told once to end the thought that it is writing.
import { createStore, useStore } from "zustand";
import type { Message } from "../../../../electron/contract/chat";
import type { MessageParts } from "../../../../electron/contract/parts";
import { call } from "../../../app/bridge";
import { showFailure } from "../../../app/notices";
import { chatStore } from "../chatStore";
import { writingMessages } from "../conversation/answerActions";
import { liveAnswer, livePartsOf } from "../stream/liveAnswer";

/** The thought whose end was asked for last: its message, and its place among the parts. */
const asked = createStore<{ readonly thought: string | null }>()(() => ({ thought: null }));

export function useAskedToAnswer(message: Message, index: number): boolean {
  return useStore(asked, ({ thought }) => thought === keyOf(message, index));
}

/** Whether the model is writing a thought. `parts`: those of an answer that is being written. */
export function isThinking(parts: MessageParts): boolean {
  const last = parts.at(-1);
  return last?.kind === "thought" && last.durationMs === null;
}

export async function askToAnswer(message: Message, index: number): Promise<void> {
  const { requestId } = message;
  const thought = keyOf(message, index);
  if (requestId === null || asked.getState().thought === thought) return;
  asked.setState({ thought });
  const outcome = await call("chats.answerNow", { requestId });
  if (outcome.ok) return;
  asked.setState({ thought: null });
  // It may have ended by itself in the meantime.
  if (outcome.failure.code !== "not-found") showFailure(outcome.failure);
}

/** In the open chat, by the keyboard. Side by side, one answer is written after the other: at most one of them thinks. */
export function answerNow(): void {
  const live = liveAnswer.getState();
  for (const message of writingMessages(chatStore.getState())) {
    const parts = livePartsOf(live, message.id) ?? message.parts;
    if (isThinking(parts)) void askToAnswer(message, parts.length - 1);
  }
}

function keyOf({ id }: Message, index: number): string {
  return `${id} ${index}`;
}
