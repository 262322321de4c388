// Before the end of the app: what becomes of answers that the disk did not take. Main process.
import type { BrowserWindow } from "electron";
import type { UnsavedWords } from "../../contract/chat";
import type { Failure } from "../../contract/failure";
import type { Application } from "../../core/createApplication";
import { shownTitle } from "../../words/chatTitle";
import { failureText } from "../../words/failureText";
import { t } from "../../words/language";
import { formatCount } from "../../words/quantities";
import { askBeforeEnd, chooseTarget } from "./dialogs";

const [SAVE, QUIT, CANCEL] = [0, 1, 2];
const SHOWN_TITLES = 3;

/** True: nothing would be lost, or the user has agreed to it. */
export async function askAboutUnsaved(
  application: Pick<Application, "call">,
  owner: BrowserWindow | null,
): Promise<boolean> {
  let notWritten: Failure | null = null;
  for (;;) {
    const unsaved = await application.call("chats.saveUnsaved", undefined);
    if (!unsaved.ok || unsaved.value.answers.length === 0) return true;
    const pressed = await askBeforeEnd(owner, {
      type: "warning",
      ...words(unsaved.value, notWritten),
      buttons: [t("Save elsewhere…"), t("Quit without saving"), t("Cancel")],
      defaultId: SAVE,
      cancelId: CANCEL,
      noLink: true,
    });
    if (pressed === QUIT) return true;
    if (pressed !== SAVE) return false;
    const target = await chooseTarget(owner, "answers", {
      title: t("Save the answers"),
      fileName: `${t("Answers from Facet")}.md`,
      filters: [
        { name: "Markdown", extensions: ["md"] }, // not translated
        { name: t("Text@@files"), extensions: ["txt"] },
      ],
    });
    if (target === null) continue;
    // The dialog has asked whether to replace what is there.
    const written = await application.call("chats.exportUnsavedTo", { path: target, replaces: true });
    if (written.ok) return true;
    notWritten = written.failure.code === "not-found" ? null : written.failure;
  }
}

function words({ answers, failure }: UnsavedWords, notWritten: Failure | null): { message: string; detail: string } {
  const titles = [...new Set(answers.map(({ title }) => `“${shownTitle(title)}”`))];
  const others = titles.length - SHOWN_TITLES;
  const shown = titles.slice(0, SHOWN_TITLES).join(", ");
  const where = others > 0 ? t("{titles} and {count} more", { titles: shown, count: formatCount(others) }) : shown;
  const again =
    notWritten === null
      ? ""
      : `${t("It could not be saved there either: {reason}", { reason: failureText(notWritten).happened })}\n\n`;
  const lost = t(
    "What was written in {chats} is in memory only, and is lost when Facet is closed. Save it elsewhere, or cancel, free some space and quit again.",
    { chats: where },
  );
  return {
    message: t("{count, plural, one {One answer is not saved.} other {# answers are not saved.}}", {
      count: answers.length,
    }),
    detail: `${again}${failure === null ? lost : `${failureText(failure).happened} ${lost}`}`,
  };
}
