// Before the end of the app: what becomes of answers that the disk did not take. Main process.
import type { BrowserWindow } from "electron";
import type { UnsavedWords } from "../../contract/chat";
import type { Failure } from "../../contract/failure";
import type { Application } from "../../core/createApplication";
import { failureText } from "../../words/failureText";
import { askBeforeEnd, chooseTarget } from "./dialogs";

const BUTTONS = ["Save elsewhere…", "Quit without saving", "Cancel"];
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
      buttons: BUTTONS,
      defaultId: SAVE,
      cancelId: CANCEL,
      noLink: true,
    });
    if (pressed === QUIT) return true;
    if (pressed !== SAVE) return false;
    const target = await chooseTarget(owner, {
      title: "Save the answers",
      defaultPath: "Answers from Facet.md",
      filters: [
        { name: "Markdown", extensions: ["md"] },
        { name: "Text", extensions: ["txt"] },
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
  const titles = [...new Set(answers.map(({ title }) => `“${title}”`))];
  const others = titles.length - SHOWN_TITLES;
  const where = `${titles.slice(0, SHOWN_TITLES).join(", ")}${others > 0 ? ` and ${others} more` : ""}`;
  const reason = failure === null ? "" : `${failureText(failure).happened} `;
  const again =
    notWritten === null ? "" : `It could not be saved there either: ${failureText(notWritten).happened}\n\n`;
  return {
    message: answers.length === 1 ? "One answer is not saved." : `${answers.length} answers are not saved.`,
    detail: `${again}${reason}What was written in ${where} is in memory only, and is lost when Facet is closed. Save it elsewhere, or cancel, free some space and quit again.`,
  };
}
