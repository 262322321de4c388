// What is to be said of an answer beside its text.
import type { Message } from "../../../contract/chat";
import { failureParagraph } from "../../../words/failureText";

/** null: it is whole, or as long as it may be. */
export function answerProblem({ state, failure, facts }: Message): string | null {
  if (failure !== null) return failureParagraph(failure);
  if (state === "stopped") return "Stopped.";
  if (state !== "complete") return "The answer ended before it was whole.";
  if (facts?.endReason === "context") return "The answer ends here: the context is full.";
  return null;
}
