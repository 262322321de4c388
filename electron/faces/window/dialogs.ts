// The system's dialogs, over the window: one at a time, whatever the page asks for. Main process.
import path from "node:path";
import {
  dialog,
  type BrowserWindow,
  type FileFilter,
  type MessageBoxOptions,
  type OpenDialogOptions,
  type SaveDialogOptions,
} from "electron";
import type { Log } from "../../core/LogFile";
import { t } from "../../words/language";
import { DialogFolders, type DialogKind } from "./dialogFolders";

let isOpen = false;
let folders: DialogFolders | null = null;

/** From here on each kind of dialog begins where its like was left, also after a restart. */
export function rememberFolders(file: string, log: Log): void {
  folders = new DialogFolders(file, log);
}

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

export interface FileChoice {
  title: string;
  filters: FileFilter[];
  /** Where the first such file most likely is. */
  firstFolder?: string | null;
}

/** null: closed, another dialog is open, or there is no window. */
export async function chooseFile(
  owner: BrowserWindow | null,
  kind: DialogKind,
  { title, filters, firstFolder }: FileChoice,
): Promise<string | null> {
  if (owner === null) return null;
  const chosen = await oneAtATime(() =>
    dialog.showOpenDialog(owner, {
      title,
      ...beginIn(folders?.of(kind) ?? firstFolder),
      properties: ["openFile"],
      filters: [...filters, { name: t("All files"), extensions: ["*"] }],
    }),
  );
  const file = chosen === null || chosen.canceled ? undefined : chosen.filePaths[0];
  if (file === undefined) return null;
  await folders?.note(kind, path.dirname(file));
  return file;
}

function beginIn(folder: string | null | undefined): { defaultPath?: string } {
  return folder ? { defaultPath: folder } : {};
}

/** Empty: closed, another dialog is open, or there is no window. */
export async function chooseFolders(
  owner: BrowserWindow | null,
  kind: DialogKind,
  { properties = [], ...options }: OpenDialogOptions,
): Promise<string[]> {
  if (owner === null) return [];
  const chosen = await oneAtATime(() =>
    dialog.showOpenDialog(owner, {
      ...beginIn(folders?.of(kind)),
      ...options,
      properties: ["openDirectory", ...properties],
    }),
  );
  const [first, ...others] = chosen === null || chosen.canceled ? [] : chosen.filePaths;
  if (first === undefined) return [];
  // Its likes are beside it.
  await folders?.note(kind, path.dirname(first));
  return [first, ...others];
}

/** Where to write a file; the user has agreed to replace one that is there. null: closed, or another dialog is open. */
export async function chooseTarget(
  owner: BrowserWindow | null,
  kind: DialogKind,
  { fileName, ...options }: Pick<SaveDialogOptions, "title" | "filters"> & { fileName: string },
): Promise<string | null> {
  const asked: SaveDialogOptions = {
    ...options,
    defaultPath: path.join(folders?.of(kind) ?? "", fileName),
    // Linux asks only when it is told to.
    properties: ["showOverwriteConfirmation"],
  };
  const chosen = await oneAtATime(() =>
    owner === null ? dialog.showSaveDialog(asked) : dialog.showSaveDialog(owner, asked),
  );
  if (chosen === null || chosen.canceled || chosen.filePath === "") return null;
  await folders?.note(kind, path.dirname(chosen.filePath));
  return chosen.filePath;
}
