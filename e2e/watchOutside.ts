// Sees what an app tries to send or to open outside itself, and says no to every question it asks the user.
import type { FacetApp } from "./FacetApp";

export interface Outside {
  /** Addresses of requests that are not the page's own. */
  requests: string[];
  /** Handed to the system's browser. */
  opened: string[];
  /** Message boxes, as JSON. */
  asked: string[];
}

/** Call it before anything hostile is shown; the answer reads what was seen until then. */
export async function watchOutside(app: FacetApp): Promise<() => Promise<Outside>> {
  await app.electron.evaluate(({ BrowserWindow, shell, dialog }) => {
    const seen = { requests: [] as string[], opened: [] as string[], asked: [] as string[] };
    Reflect.set(globalThis, "seen", seen);
    BrowserWindow.getAllWindows()[0]?.webContents.session.webRequest.onSendHeaders((details) => {
      if (!details.url.startsWith("app://facet/") && !details.url.startsWith("devtools:"))
        seen.requests.push(details.url);
    });
    Reflect.set(shell, "openExternal", (url: string) => void seen.opened.push(url));
    Reflect.set(dialog, "showMessageBox", (...args: unknown[]) => {
      seen.asked.push(JSON.stringify(args.at(-1)));
      return Promise.resolve({ response: 1, checkboxChecked: false });
    });
  });
  return () => app.electron.evaluate(() => Reflect.get(globalThis, "seen") as Outside);
}
