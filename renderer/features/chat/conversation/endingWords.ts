// How an answer ended, as words: what the user would otherwise wonder about.
import type { Message } from "../../../../electron/contract/chat";
import { textOf, type MessageParts } from "../../../../electron/contract/parts";

/** In the line of facts, where it moves nothing; null: it ended as answers do. */
export function endingWords(message: Pick<Message, "state" | "parts" | "failure" | "facts">): string | null {
  const { state, parts, failure } = message;
  if (state === "interrupted" && failure === null) return "The app closed in mid-answer. What was written is kept.";
  if (state === "stopped")
    return parts.length === 0
      ? "Stopped before the first word"
      : isOnlyThought(parts)
        ? "Stopped while it thought"
        : "Stopped";
  if (state !== "complete" || hasAnswer(parts) || cutWords(message) !== null) return null;
  return isOnlyThought(parts)
    ? "The model thought, and ended without an answer"
    : "The model ended its answer without a word";
}

/** Below an answer that ends where the model would have gone on; null: it does not. */
export function cutWords({ state, parts, facts }: Pick<Message, "state" | "parts" | "facts">): string | null {
  if (state !== "complete") return null;
  const isThought = isOnlyThought(parts);
  switch (facts?.endReason) {
    case "length":
      return isThought
        ? "No answer came: the thought used up the longest answer set for this chat. Allow a longer one, or let it think less."
        : "Cut here: the longest answer set for this chat was reached.";
    case "context":
      return isThought
        ? "No answer came: the thought filled the context. Let it think less, or begin a new chat."
        : "Cut here: the context is full.";
    default:
      return null;
  }
}

function hasAnswer(parts: MessageParts): boolean {
  return textOf(parts).trim() !== "" || parts.some(({ kind }) => kind === "tool-call");
}

function isOnlyThought(parts: MessageParts): boolean {
  return !hasAnswer(parts) && parts.some((part) => part.kind === "thought" && part.text.trim() !== "");
}
