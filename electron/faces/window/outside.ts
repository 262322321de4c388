// What the system opens outside the window: the browser, the file manager. Once a second at most, whatever the page asks for. Main process.
import { shell } from "electron";

/** A user who wants it again has seen it first; a page that asks in a loop would fill the screen. */
const PAUSE_MS = 1_000;

let lastAtMs = -Infinity;

/** False: something was opened just now, and this is not. */
function mayOpen(): boolean {
  const now = performance.now();
  if (now - lastAtMs < PAUSE_MS) return false;
  lastAtMs = now;
  return true;
}

/** In the browser or the mail program. The user has been asked, so each is opened. */
export async function openAddress(address: string): Promise<void> {
  await shell.openExternal(address);
}

export function showFile(file: string): void {
  if (mayOpen()) shell.showItemInFolder(file);
}

/** Returns why it could not be opened, or "". */
export async function openFolder(folder: string): Promise<string> {
  return mayOpen() ? shell.openPath(folder) : "";
}
