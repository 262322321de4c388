// What is said of answers that were printed and that the disk did not take.
import type { MessageId } from "../../../contract/ids";
import type { ApplicationClient } from "../../../instance/ApplicationClient";
import { failureText } from "../../../words/failureText";
import { CommandError, EXIT } from "../CommandError";
import { valueOf } from "../useOutcome";

export const NOT_SAVED_YET = "This answer could not be saved. It is tried again as soon as there is room on the disk.";

/** Tries once more; null: all of them are saved now. */
export async function notSavedProblem(
  application: ApplicationClient,
  answerIds: readonly MessageId[],
): Promise<CommandError | null> {
  const { answers, failure } = valueOf(await application.call("chats.saveUnsaved", undefined));
  const lost = answers.filter(({ messageId }) => answerIds.includes(messageId));
  if (lost.length === 0) return null;
  const why = failure === null ? "" : `${failureText(failure).happened} `;
  const what =
    lost.length === 1
      ? "The answer could not be saved and is only what was printed here"
      : `${lost.length} answers could not be saved and are only what was printed here`;
  return new CommandError(
    `${why}${what}: copy it if you need it. Free some space, then ask again.`,
    EXIT.failed,
    null,
    {
      hasResult: true,
    },
  );
}
