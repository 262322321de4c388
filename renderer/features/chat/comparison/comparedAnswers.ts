// Which answers stand side by side, and as which columns.
import type { Message } from "../../../../electron/contract/chat";
import {
  type Delta,
  isSameStack,
  MAX_COMPARED,
  MIN_COMPARED,
  type NamedStack,
} from "../../../../electron/contract/deltas";
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
  const first = answers.filter(
    ({ stack }, index) => answers.findIndex((other) => isSameStack(other.stack, stack)) === index,
  );
  return first.map((one) => {
    const versions = answers.filter(({ stack }) => isSameStack(stack, one.stack));
    const answer = versions.find(({ id }) => id === shownId) ?? versions.at(-1) ?? one;
    return { answer, versionIds: versions.map(({ id }) => id) };
  });
}

/**
 * Who would answer a question side by side once more, as they did on the shown branch; null where its answer stands alone, or too
 * few of them are still in the library.
 */
export function comparedStacks(
  state: Pick<ChatState, "messages" | "order">,
  questionId: MessageId,
  library: readonly Pick<Delta, "id">[],
): NamedStack[] | null {
  const answerId = state.order[state.order.indexOf(questionId) + 1];
  const answer = answerId === undefined ? undefined : state.messages[answerId];
  if (answer === undefined || answer.parentId !== questionId) return null;
  const stacks = toColumns(comparedAnswers(state, answer), answer.id)
    .map((column) => column.answer.stack)
    .filter((stack) => stack.every(({ deltaId }) => library.some(({ id }) => id === deltaId)))
    .slice(0, MAX_COMPARED);
  return stacks.length < MIN_COMPARED ? null : stacks;
}
