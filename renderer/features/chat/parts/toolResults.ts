// The results that an answer waits for: which tools were called, what was typed for them so far, and sending them.
import { createStore, useStore } from "zustand";
import type { Message } from "../../../../electron/contract/chat";
import type { MessageId } from "../../../../electron/contract/ids";
import type { ToolCallPart } from "../../../../electron/contract/parts";
import { sendToolResults } from "../conversation/answerActions";
import { draftMessage, emptyDraft, type MessageDraft } from "../textField/messageDraft";
import { allLanded } from "../textField/landingTexts";

/** Typed and not sent, by message and call. */
const drafts = createStore<Readonly<Record<string, MessageDraft>>>()(() => ({}));

/** Calls whose results the model waits for. Of an answer that was broken off, none: its last call may be half a call. */
export function waitingCalls({
  role,
  state,
  parts,
  facts,
}: Pick<Message, "role" | "state" | "parts" | "facts">): readonly ToolCallPart[] {
  const isWhole = state === "complete" && facts?.endReason !== "length" && facts?.endReason !== "context";
  return role === "assistant" && isWhole ? parts.filter((part) => part.kind === "tool-call") : [];
}

export function useResultDraft(messageId: MessageId, { callId }: ToolCallPart): MessageDraft {
  return useStore(drafts, (typed) => typed[keyOf(messageId, callId)] ?? emptyDraft);
}

export function changeResultDraft(
  messageId: MessageId,
  { callId }: ToolCallPart,
  change: (draft: MessageDraft) => MessageDraft,
): void {
  const key = keyOf(messageId, callId);
  drafts.setState((typed) => ({ [key]: change(typed[key] ?? emptyDraft) }));
}

/** As typed, empty ones too. They are kept until they are accepted, and not sent while one that was pasted did not fit. */
export async function sendDrafts(messageId: MessageId, calls: readonly ToolCallPart[]): Promise<void> {
  if (!(await allLanded())) return;
  const typed = drafts.getState();
  const results = calls.map(({ callId, name }) => ({
    kind: "tool-result" as const,
    callId,
    name,
    text: draftMessage(typed[keyOf(messageId, callId)] ?? emptyDraft),
  }));
  if (!(await sendToolResults(messageId, results))) return;
  const sent = new Set(calls.map(({ callId }) => keyOf(messageId, callId)));
  drafts.setState((all) => Object.fromEntries(Object.entries(all).filter(([key]) => !sent.has(key))), true);
}

function keyOf(messageId: MessageId, callId: string): string {
  return `${messageId} ${callId}`;
}
