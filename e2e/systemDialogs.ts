// Answers the system's file dialogs, which no test can click: everything before and after them is the real app.
import type { FacetApp } from "./FacetApp";

/** The next dialogs give back these paths; none = the user closed it. */
export async function answerFileDialogs(app: FacetApp, paths: readonly string[]): Promise<void> {
  await app.electron.evaluate(({ dialog }, filePaths) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: filePaths.length === 0, filePaths: [...filePaths] });
  }, paths);
}

/** The next files are saved there. */
export async function answerSaveDialog(app: FacetApp, path: string): Promise<void> {
  await app.electron.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
  }, path);
}

/** What goes to the system's trash from now on goes into this folder: the trash itself is not for tests. */
export async function trashInto(app: FacetApp, folder: string): Promise<void> {
  await app.electron.evaluate(({ shell }, target) => {
    const { rename } = process.getBuiltinModule("node:fs/promises");
    const { basename, join } = process.getBuiltinModule("node:path");
    shell.trashItem = (file) => rename(file, join(target, basename(file)));
  }, folder);
}
