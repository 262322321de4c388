// One message of the conversation, and the line before it where the model's view begins.
import { memo, type ReactNode } from "react";
import type { Message } from "../../../../electron/contract/chat";
import type { MessageId } from "../../../../electron/contract/ids";
import { stackName } from "../../deltas/stackWords";
import { useChat, type ChatState } from "../chatStore";
import { Comparison } from "../comparison/Comparison";
import { ToolResultsForm } from "../parts/ToolResultsForm";
import { Answer } from "./Answer";
import styles from "./MessageRow.module.css";
import { outsideViewWords } from "./outsideView";
import { UserMessage } from "./UserMessage";
import { t } from "../../../../electron/words/language";

export interface MessageRowProps {
  readonly id: MessageId;
  /** From 1. */
  readonly position: number;
  readonly count: number;
  /** More than 0: the model does not see what is before this message. */
  readonly turnsOutside: number;
  readonly isPointedOut: boolean;
}

export const MessageRow = memo(function MessageRow({
  id,
  position,
  count,
  turnsOutside,
  isPointedOut,
}: MessageRowProps): ReactNode {
  const message = useChat((state) => state.messages[id]);
  // A question is as wide as its answers are.
  const isWide = useChat((state) =>
    [id, state.order[position]].some((one) => one !== undefined && isCompared(state, one)),
  );
  if (message === undefined) return null;
  const isUser = message.role === "user";
  const headingId = `heading-${id}`;
  return (
    <article
      className={isPointedOut ? styles.pointedOut : styles.message}
      aria-labelledby={headingId}
      aria-posinset={position}
      aria-setsize={count}
      data-wide={isWide || undefined}
    >
      {turnsOutside > 0 ? <p className={styles.outside}>{outsideViewWords(turnsOutside)}</p> : null}
      <h2 id={headingId} className="visually-hidden">
        {isUser ? t("You") : speaker(message)}
      </h2>
      {isUser ? (
        <UserMessage message={message} />
      ) : message.comparisonId === null ? (
        <Answer message={message} />
      ) : (
        <Comparison message={message} />
      )}
      {position === count && <ToolResultsForm message={message} />}
    </article>
  );
});

function speaker({ stack, facts, comparisonId }: Message): string {
  if (comparisonId !== null) return t("Answers side by side");
  return stack.length > 0 ? stackName(stack) : (facts?.modelName ?? t("Answer"));
}

function isCompared({ messages }: ChatState, id: MessageId): boolean {
  return (messages[id]?.comparisonId ?? null) !== null;
}
