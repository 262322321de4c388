// What is said of answers that were printed and that the disk did not take.
import type { MessageId } from "../../../contract/ids";
import type { ApplicationClient } from "../../../instance/ApplicationClient";
import { failureText } from "../../../words/failureText";
import { t } from "../../../words/language";
import { CommandError, EXIT } from "../CommandError";
import { valueOf } from "../useOutcome";

export function notSavedYet(): string {
  return t("This answer could not be saved. Facet tries again as soon as there is room on the disk.");
}

/** Tries once more; null: all of them are saved now. */
export async function notSavedProblem(
  application: ApplicationClient,
  answerIds: readonly MessageId[],
): Promise<CommandError | null> {
  const { answers, failure } = valueOf(await application.call("chats.saveUnsaved", undefined));
  const lost = answers.filter(({ messageId }) => answerIds.includes(messageId));
  if (lost.length === 0) return null;
  const what = t(
    "{count, plural, one {The answer could not be saved and is only what was printed here: copy it if you need it.} other {# answers could not be saved and are only what was printed here: copy them if you need them.}} Free some space, then ask again.",
    { count: lost.length },
  );
  return new CommandError(failure === null ? what : `${failureText(failure).happened} ${what}`, EXIT.failed, null, {
    hasResult: true,
  });
}
