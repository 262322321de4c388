// What is to be said of an answer beside its text.
import type { Message } from "../../../contract/chat";
import { failureParagraph } from "../../../words/failureText";
import { t } from "../../../words/language";

/** null: it is whole, or as long as it may be. */
export function answerProblem({ state, failure, facts }: Message): string | null {
  if (failure !== null) return failureParagraph(failure);
  if (state === "stopped") return t("Stopped.");
  // Another program computed it, and was ended without a last word.
  if (state !== "complete")
    return t(
      "The answer ended before it was whole: the Facet program that was writing it has ended. What it wrote is kept in the chat. Ask again for a whole answer.",
    );
  if (facts?.endReason === "context") return t("The answer ends here: the context is full.");
  return null;
}
