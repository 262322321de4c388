// How an answer ended, as words: what the user would otherwise wonder about.
import type { Message } from "../../../../electron/contract/chat";
import { textOf, type MessageParts } from "../../../../electron/contract/parts";
import { t } from "../../../../electron/words/language";

/** In the line of facts, where it moves nothing; null: it ended as answers do. */
export function endingWords(message: Pick<Message, "state" | "parts" | "failure" | "facts">): string | null {
  const { state, parts, failure } = message;
  if (state === "interrupted" && failure === null)
    return t("Facet closed during this answer. What was written is kept.");
  if (state === "stopped")
    return parts.length === 0
      ? t("Stopped before the first word")
      : isOnlyThought(parts)
        ? t("Stopped while thinking")
        : t("Stopped");
  if (state !== "complete" || hasAnswer(parts) || cutWords(message) !== null) return null;
  return isOnlyThought(parts) ? t("The model thought but gave no answer") : t("The model gave no answer");
}

/** Below an answer that ends where the model would have gone on; null: it does not. */
export function cutWords({ state, parts, facts }: Pick<Message, "state" | "parts" | "facts">): string | null {
  if (state !== "complete") return null;
  const isThought = isOnlyThought(parts);
  switch (facts?.endReason) {
    case "length":
      return isThought
        ? t(
            "There is no answer: thinking used up this chat’s limit for an answer. Raise the limit, or let it think less.",
          )
        : t("Cut off here: the answer reached this chat’s limit.");
    case "context":
      return isThought
        ? t("There is no answer: thinking filled the context. Let it think less, or start a new chat.")
        : t("Cut off here: the context is full.");
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
