// What was measured with the last finished answer of the shown branch.
import type { AnswerFacts } from "../../../electron/contract/chat";
import type { ChatState } from "./chatStore";

export function lastFacts({ order, messages }: Pick<ChatState, "order" | "messages">): AnswerFacts | null {
  for (let index = order.length - 1; index >= 0; index--) {
    const id = order[index];
    const facts = id === undefined ? undefined : messages[id]?.facts;
    if (facts !== undefined && facts !== null) return facts;
  }
  return null;
}
