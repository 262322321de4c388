// Which of the shown messages the model no longer sees.
import type { MessageId } from "../../../../electron/contract/ids";
import type { ChatState } from "../chatStore";
import { lastFacts } from "../lastFacts";
import { t } from "../../../../electron/words/language";

export interface OutsideView {
  /** The hairline stands before this message. */
  readonly firstSeenMessageId: MessageId;
  /** What a user said before it, counted. */
  readonly turns: number;
}

/** As of the last finished answer of the shown branch; null = the model saw all of it. */
export function outsideView(state: ChatState): OutsideView | null {
  const firstSeenMessageId = lastFacts(state)?.firstSeenMessageId ?? null;
  if (firstSeenMessageId === null) return null;
  const index = state.order.indexOf(firstSeenMessageId);
  if (index <= 0) return null;
  const turns = state.order.slice(0, index).filter((id) => state.messages[id]?.role === "user").length;
  return turns === 0 ? null : { firstSeenMessageId, turns };
}

export function outsideViewWords(turns: number): string {
  return t(
    "{turns, plural, one {# earlier turn is outside the model’s view} other {# earlier turns are outside the model’s view}}",
    { turns },
  );
}
