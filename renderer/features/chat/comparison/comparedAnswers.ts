// Which answers stand side by side, and as which columns.
import type { Message } from "../../../../electron/contract/chat";
import { isSameStack } from "../../../../electron/contract/deltas";
import type { MessageId } from "../../../../electron/contract/ids";
import type { ChatState } from "../chatStore";

/** One fine-tune (or stack, or the base) and what it answered. */
export interface Column {
  /** The version on screen: that of the shown branch, else the newest. */
  readonly answer: Message;
  /** All of its answers to this question, oldest first. */
  readonly versionIds: readonly MessageId[];
}

/** All answers that were asked for together with this one, itself included, oldest first. */
export function comparedAnswers({ messages }: Pick<ChatState, "messages">, message: Message): Message[] {
  if (message.comparisonId === null) return [message];
  return message.siblingIds.flatMap((id) => {
    const sibling = messages[id];
    return sibling?.comparisonId === message.comparisonId ? [sibling] : [];
  });
}

/** One column per stack, in the order in which they were asked. `shownId`: the one on the shown branch. */
export function toColumns(answers: readonly Message[], shownId: MessageId): Column[] {
  const first = answers.filter(({ stack }, index) => answers.findIndex((other) => isSameStack(other.stack, stack)) === index);
  return first.map((one) => {
    const versions = answers.filter(({ stack }) => isSameStack(stack, one.stack));
    const answer = versions.find(({ id }) => id === shownId) ?? versions.at(-1) ?? one;
    return { answer, versionIds: versions.map(({ id }) => id) };
  });
}
