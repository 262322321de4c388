// The system's dialogs, over the window: one at a time, whatever the page asks for. Main process.
import {
  dialog,
  type BrowserWindow,
  type FileFilter,
  type MessageBoxOptions,
  type OpenDialogOptions,
  type SaveDialogOptions,
} from "electron";
import { t } from "../../words/language";

let isOpen = false;

/** null: another dialog is open, and this one is not shown. */
async function oneAtATime<Answer>(show: () => Promise<Answer>): Promise<Answer | null> {
  if (isOpen) return null;
  isOpen = true;
  try {
    return await show();
  } finally {
    isOpen = false;
  }
}

/** The button that was pressed; null: another dialog is open. */
export async function askInDialog(owner: BrowserWindow, options: MessageBoxOptions): Promise<number | null> {
  const answer = await oneAtATime(() => dialog.showMessageBox(owner, options));
  return answer === null ? null : answer.response;
}

/** Before the end of the app: shown whatever else is open, as the answer decides what is lost. Returns the button. */
export async function askBeforeEnd(owner: BrowserWindow | null, options: MessageBoxOptions): Promise<number> {
  const { response } = await (owner === null ? dialog.showMessageBox(options) : dialog.showMessageBox(owner, options));
  return response;
}

/** null: closed, another dialog is open, or there is no window. */
export async function chooseFile(
  owner: BrowserWindow | null,
  title: string,
  filters: FileFilter[],
): Promise<string | null> {
  if (owner === null) return null;
  const chosen = await oneAtATime(() =>
    dialog.showOpenDialog(owner, {
      title,
      properties: ["openFile"],
      filters: [...filters, { name: t("All files"), extensions: ["*"] }],
    }),
  );
  return chosen === null || chosen.canceled ? null : (chosen.filePaths[0] ?? null);
}

/** Empty: closed, another dialog is open, or there is no window. */
export async function chooseFolders(
  owner: BrowserWindow | null,
  { properties = [], ...options }: OpenDialogOptions,
): Promise<string[]> {
  if (owner === null) return [];
  const chosen = await oneAtATime(() =>
    dialog.showOpenDialog(owner, { ...options, properties: ["openDirectory", ...properties] }),
  );
  return chosen === null || chosen.canceled ? [] : chosen.filePaths;
}

/** Where to write a file; the user has agreed to replace one that is there. null: closed, or another dialog is open. */
export async function chooseTarget(owner: BrowserWindow | null, options: SaveDialogOptions): Promise<string | null> {
  // Linux asks only when it is told to.
  const asked: SaveDialogOptions = { ...options, properties: ["showOverwriteConfirmation"] };
  const chosen = await oneAtATime(() =>
    owner === null ? dialog.showSaveDialog(asked) : dialog.showSaveDialog(owner, asked),
  );
  return chosen === null || chosen.canceled || chosen.filePath === "" ? null : chosen.filePath;
}
