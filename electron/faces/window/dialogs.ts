// The system's file dialogs, over the window. Main process.
import { dialog, type BrowserWindow, type FileFilter, type OpenDialogOptions, type SaveDialogOptions } from "electron";
import { t } from "../../words/language";

/** null: closed, or there is no window. */
export async function chooseFile(
  owner: BrowserWindow | null,
  title: string,
  filters: FileFilter[],
): Promise<string | null> {
  if (owner === null) return null;
  const { canceled, filePaths } = await dialog.showOpenDialog(owner, {
    title,
    properties: ["openFile"],
    filters: [...filters, { name: t("All files"), extensions: ["*"] }],
  });
  return canceled ? null : (filePaths[0] ?? null);
}

/** Empty: closed, or there is no window. */
export async function chooseFolders(
  owner: BrowserWindow | null,
  { properties = [], ...options }: OpenDialogOptions,
): Promise<string[]> {
  if (owner === null) return [];
  const { canceled, filePaths } = await dialog.showOpenDialog(owner, {
    ...options,
    properties: ["openDirectory", ...properties],
  });
  return canceled ? [] : filePaths;
}

/** Where to write a file; the user has agreed to replace one that is there. null: closed, or there is no window. */
export async function chooseTarget(owner: BrowserWindow | null, options: SaveDialogOptions): Promise<string | null> {
  if (owner === null) return null;
  const { canceled, filePath } = await dialog.showSaveDialog(owner, {
    ...options,
    // Linux asks only when it is told to.
    properties: ["showOverwriteConfirmation"],
  });
  return canceled || filePath === "" ? null : filePath;
}
