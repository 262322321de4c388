// Closes every way out of a window but the bridge: navigation, new windows, webviews, permissions, devices, the network. Main process.
import { app, type BrowserWindow, type Session, type WebPreferences } from "electron";
import { t } from "../../words/language";
import { askInDialog } from "./dialogs";
import { openableLink } from "./links";
import { openAddress } from "./outside";
import { APP_ORIGIN, isOwnPage } from "./ownPage";

/** Spelled out, so that a test can read it and nobody relies on a default. `preload` is added by mainWindow.ts. */
export const webPreferences = {
  nodeIntegration: false,
  nodeIntegrationInWorker: false,
  nodeIntegrationInSubFrames: false,
  contextIsolation: true,
  sandbox: true,
  webviewTag: false,
  navigateOnDragDrop: false,
  // It fetches dictionaries from a server.
  spellcheck: false,
} as const satisfies WebPreferences;

/** Applies to every web contents that will ever be made. */
export function guardAllContents(): void {
  app.on("web-contents-created", (_event, contents) => {
    const stay = (event: { preventDefault(): void; url: string }) => {
      if (!isOwnPage(event.url)) event.preventDefault();
    };
    contents.on("will-navigate", stay);
    contents.on("will-frame-navigate", stay);
    contents.on("will-redirect", stay);
    contents.on("will-attach-webview", (event) => event.preventDefault());
    contents.setWindowOpenHandler(() => ({ action: "deny" }));
  });
}

/** Before any session is made. Else Chromium fetches a dictionary from a server at each start, also where no page checks its spelling. */
export function fetchNoDictionaries(): void {
  app.on("session-created", (session) => {
    session.setSpellCheckerEnabled(false);
    // The switch alone does not keep it from fetching.
    session.setSpellCheckerLanguages([]);
  });
}

/** The page asks for no permission and no device, so all are refused; Electron's own default is to grant. */
export function refusePermissions(session: Session): void {
  session.setPermissionRequestHandler((_contents, _permission, decide) => decide(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  session.setDisplayMediaRequestHandler((_request, decide) => decide({}));
}

/** The page's session reaches app:// and nothing else; `report` hears of each refusal. */
export function blockNetwork(session: Session, report: (address: string) => void): void {
  session.webRequest.onBeforeRequest((request, decide) => {
    const allowed = isOwnPage(request.url) || request.url.startsWith("devtools:") || isLocalObject(request.url);
    if (!allowed) report(request.url);
    decide({ cancel: !allowed });
  });
}

function isLocalObject(address: string): boolean {
  return address.startsWith(`blob:${APP_ORIGIN}/`) || address.startsWith("data:image/");
}

/** Shows the whole address and asks; opens the browser or the mail program only after a yes. Nothing happens while another dialog is open. */
export async function openLink(window: BrowserWindow, address: string): Promise<void> {
  const link = openableLink(address);
  if (link === null) return;
  const { protocol, host } = new URL(link);
  const isMail = protocol === "mailto:";
  const pressed = await askInDialog(window, {
    type: "question",
    message: isMail ? t("Write an email?") : t("Open {host} in your browser?", { host }),
    detail: link,
    buttons: [isMail ? t("Open mail program") : t("Open@@verb"), t("Cancel")],
    defaultId: 1,
    cancelId: 1,
    noLink: true,
  });
  if (pressed === 0) await openAddress(link);
}
