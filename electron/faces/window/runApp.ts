// Puts the window around the application once Electron is ready, and takes both apart at the end. Main process.
import path from "node:path";
import { app, nativeTheme, type BrowserWindow, type Session } from "electron";
import { EVENT_CHANNEL } from "../../contract/bridge";
import { events } from "../../contract/events";
import { failure, type Failure, type Outcome } from "../../contract/failure";
import type { Language } from "../../contract/language";
import { createApplication, type Application } from "../../core/createApplication";
import { dataPaths } from "../../core/dataFolder";
import type { SharedEventName } from "../../core/EventStream";
import { Languages } from "../../core/Languages";
import type { Log } from "../../core/LogFile";
import { endProcess } from "../../files/endProcess";
import { electronHost, LANGUAGES_FOLDER } from "../../hosts/electron/electronHost";
import { busyFailure } from "../../instance/busyFailure";
import type { HeldApplication } from "../../instance/holdDataFolder";
import { takeOverDataFolder } from "../../instance/takeOverDataFolder";
import { setLanguage } from "../../words/language";
import { askAboutUnsaved } from "./askAboutUnsaved";
import type { PageHandlers } from "./callGate";
import { rememberFolders } from "./dialogs";
import { openIpcGate } from "./ipcGate";
import { openMainWindow } from "./mainWindow";
import { setApplicationMenu, type MenuTarget } from "./menu";
import type { OpenedFiles } from "./OpenedFiles";
import { openLogsFolder } from "./openLogsFolder";
import { StreamPort } from "./streamPort";
import { blockedMethods, chooseModelFile, pageMethods, systemLanguage } from "./windowMethods";
import type { WindowShell } from "./WindowShell";

/** The page saves what it still holds back when it closes; then it is closed for it. */
const CLOSE_TIMEOUT_MS = 1_000;
/** What takes longer than a moment is said. */
const PATIENCE_MS = 1_000;

export interface RunAppOptions {
  folder: string;
  madeFolder: Outcome<undefined>;
  windowSession: Session;
  openedFiles: OpenedFiles;
  log: Log;
  engineLog: Log;
}

export async function runApp(options: RunAppOptions): Promise<void> {
  const { folder, madeFolder, windowSession, openedFiles, log, engineLog } = options;
  const paths = dataPaths(folder);
  let window: BrowserWindow | null = null;
  const shell: WindowShell = {
    window: () => window,
    sendEvent(name, value) {
      if (window && !window.isDestroyed()) window.webContents.send(EVENT_CHANNEL, name, value);
    },
    dataFolder: folder,
    logsFolder: paths.logs,
    languages: new Languages(LANGUAGES_FOLDER),
    log,
  };

  const speak = (language: Language) => {
    setLanguage(language);
    setApplicationMenu(menu);
  };
  const menu: MenuTarget = {
    send: (action) => shell.sendEvent("menu-command", action),
    chooseModelFile: () => {
      if (application) void chooseAndOpenModel(application, shell);
    },
    openLogsFolder: () => void openLogsFolder(shell),
  };
  if (madeFolder.ok) rememberFolders(path.join(paths.window, "dialogs.json"), log);
  // Until the settings are read.
  speak(systemLanguage(shell.languages));

  let handlers: PageHandlers;
  let application: HeldApplication | null = null;
  const take = (opened: Outcome<HeldApplication>) => {
    if (opened.ok) {
      application = opened.value;
      speak(application.language);
      application.events.on("language-changed", speak);
    }
    handlers = opened.ok ? showInWindow(opened.value, shell) : blockedMethods(shell, opened.failure);
  };
  let reportWait: (reason: Failure) => void;
  const waiting = new Promise<Failure>((resolve) => {
    reportWait = resolve;
  });
  const holding = madeFolder.ok
    ? takeOverDataFolder(
        {
          folder,
          holder: "window",
          open: () =>
            createApplication({
              host: electronHost({ log, engineLog }),
              dataFolder: folder,
              log,
              engineLog,
              onChatsDamaged: () => setTimeout(() => reportWait(failure("chats-salvaging")), PATIENCE_MS),
            }),
          // The window stays as long as its user wants it to.
          onReleaseWanted: () => undefined,
          log,
        },
        () => reportWait(busyFailure(folder)),
      )
    : Promise.resolve(madeFolder);
  const first = await Promise.race([holding, waiting]);
  const opened = "ok" in first ? first : null;
  if (opened?.ok === false)
    log("error", "data folder cannot be used", { code: opened.failure.code, cause: opened.failure.cause ?? "" });
  // Another program works in the folder, or damaged chats are being read: the window says so, and begins when that has ended.
  take("ok" in first ? first : { ok: false, failure: first });
  openIpcGate({
    handlers: () => handlers,
    isOurWindow: (sender) => window !== null && !window.isDestroyed() && sender === window.webContents,
    log,
    now: () => performance.now(),
  });

  const ending = endInOrder(shell, () => application);
  const openWindow = () => {
    window = openMainWindow({ session: windowSession, placeFile: path.join(paths.window, "place.json"), log });
    window.once("closed", () => {
      window = null;
    });
    window.on("close", (event) => {
      // Elsewhere than on a Mac it is the end of the app, which may have something to ask first.
      if (process.platform === "darwin" || ending.isDecided()) return;
      event.preventDefault();
      app.quit();
    });
    return window;
  };
  /** On a Mac the app goes on without one. */
  const showWindow = () => {
    if (window === null && !ending.isDecided()) openWindow();
    if (window?.isMinimized() === true) window.restore();
    window?.focus();
  };
  const begin = () => {
    const begun = application;
    if (begun === null) return;
    begun
      .openFirstModel(openedFiles.take())
      .catch((error: unknown) => log("error", "no model opened", { error: String(error) }));
    void begun.start();
    openedFiles.openWith((file) => {
      showWindow();
      return begun.openFile(file);
    });
  };
  // The window first: loading a model keeps both disk and processor busy.
  openWindow().once("ready-to-show", () => {
    log("info", "window is shown", { afterMs: Math.round(performance.now()) });
    if (opened !== null) begin();
  });
  app.on("activate", showWindow);
  app.on("second-instance", showWindow);
  app.on("window-all-closed", () => {
    if (process.platform !== "darwin") app.quit();
  });
  if (opened === null) {
    take(await holding);
    shell.window()?.webContents.reload();
    begin();
  }
}

/** The page hears of what changed, and its calls are answered. */
function showInWindow(application: Application, shell: WindowShell) {
  const streamPort = new StreamPort((port) => application.connectReader(port));
  application.events.on("engine-started", () => streamPort.engineStarted());
  for (const name of Object.keys(events) as (keyof typeof events)[]) {
    if (name !== "menu-command") forward(application, shell, name);
  }
  nativeTheme.themeSource = application.settings.theme;
  return pageMethods(application, shell, streamPort);
}

function forward<Name extends SharedEventName>({ events: stream }: Application, shell: WindowShell, name: Name): void {
  stream.on(name, (value) => shell.sendEvent(name, value));
}

async function chooseAndOpenModel(application: Application, shell: WindowShell): Promise<void> {
  const chosen = await chooseModelFile(application, shell);
  if (!chosen.ok) application.addNotice(chosen.failure);
}

/** Quitting waits for an answer where words would be lost, for the window's last words, then for the application. */
function endInOrder(shell: WindowShell, application: () => Application | null): { isDecided(): boolean } {
  let state: "open" | "asking" | "ending" = "open";
  app.on("before-quit", (event) => {
    event.preventDefault();
    if (state !== "open") return;
    state = "asking";
    void mayEnd(shell, application()).then((may) => {
      state = may ? "ending" : "open";
      if (may) void end(shell, application()).finally(() => void endProcess(() => app.exit(0)));
    });
  });
  return { isDecided: () => state === "ending" };
}

async function mayEnd({ window, log }: WindowShell, application: Application | null): Promise<boolean> {
  try {
    return application === null || (await askAboutUnsaved(application, window()));
  } catch (error) {
    log("error", "not asked about unsaved words", { error: String(error) });
    return true;
  }
}

async function end({ window, log }: WindowShell, application: Application | null): Promise<void> {
  const open = window();
  if (open) {
    await new Promise<void>((resolve) => {
      open.once("closed", resolve);
      setTimeout(resolve, CLOSE_TIMEOUT_MS);
      open.close();
    });
  }
  await application?.close();
  log("info", "end");
}
