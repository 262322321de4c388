// Answers the system's file dialogs, which no test can click: everything before and after them is the real app.
import type { FacetApp } from "./FacetApp";

/** The next dialogs give back these paths; none = the person closed it. */
export async function answerFileDialogs(app: FacetApp, paths: readonly string[]): Promise<void> {
  await app.electron.evaluate(({ dialog }, filePaths) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: filePaths.length === 0, filePaths: [...filePaths] });
  }, paths);
}
