// The one window: open to our page only, shown when it is drawn, with its position remembered. Main process.
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { BrowserWindow, nativeTheme, screen, type Session } from "electron";
import { z } from "zod";
import type { Log } from "../../core/LogFile";
import { PAGE_URL } from "./ownPage";
import { webPreferences } from "./windowSecurity";

const PRELOAD_SCRIPT = path.join(__dirname, "preload.cjs");
const MINIMUM = { width: 480, height: 400 };
const USUAL = { width: 1280, height: 820 };
/** --bg of theme.css, so that the window does not flash before the page is there. */
const BACKGROUND = { light: "#fbfcfd", dark: "#121417" };
/** A page that dies twice within this time would die forever. */
const RELOAD_PAUSE_MS = 10_000;

const WindowPlace = z.object({
  x: z.number().int(),
  y: z.number().int(),
  width: z.number().int().min(MINIMUM.width),
  height: z.number().int().min(MINIMUM.height),
  isMaximized: z.boolean(),
});

export interface MainWindowOptions {
  session: Session;
  /** Where the window's place is kept. */
  placeFile: string;
  log: Log;
}

export function openMainWindow({ session, placeFile, log }: MainWindowOptions): BrowserWindow {
  const place = readPlace(placeFile);
  const { isMaximized, ...bounds } = place ?? { ...USUAL, isMaximized: false };
  const window = new BrowserWindow({
    ...bounds,
    minWidth: MINIMUM.width,
    minHeight: MINIMUM.height,
    show: false,
    title: "Facet",
    backgroundColor: nativeTheme.shouldUseDarkColors ? BACKGROUND.dark : BACKGROUND.light,
    autoHideMenuBar: true,
    webPreferences: { ...webPreferences, session, preload: PRELOAD_SCRIPT },
  });
  // With no proxy no UDP leaves: a peer connection is no way around the blocked network.
  window.webContents.setWebRTCIPHandlingPolicy("disable_non_proxied_udp");
  window.once("ready-to-show", () => {
    if (isMaximized) window.maximize();
    window.show();
  });
  window.on("close", () => {
    const { x, y, width, height } = window.getNormalBounds();
    try {
      // At once: the app may be on its way out. A place that is cut short or missing is the usual place.
      writeFileSync(placeFile, JSON.stringify({ x, y, width, height, isMaximized: window.isMaximized() }));
    } catch (error) {
      log("warn", "window's place not saved", { error: String(error) });
    }
  });
  watchPage(window, log);
  const { webContents } = window;
  void window.loadURL(PAGE_URL).catch((error: unknown) => {
    // Closed while it was loading.
    if (!webContents.isDestroyed()) log("error", "page not loaded", { error: String(error) });
  });
  return window;
}

/** A dead page is loaded again: chats and the running answer live elsewhere. */
function watchPage(window: BrowserWindow, log: Log): void {
  let lastReloadMs = -Infinity;
  window.webContents.on("render-process-gone", (_event, { reason, exitCode }) => {
    log("error", "page process gone", { reason, exitCode });
    if (reason === "clean-exit" || performance.now() - lastReloadMs < RELOAD_PAUSE_MS) return;
    lastReloadMs = performance.now();
    window.webContents.reload();
  });
  window.on("unresponsive", () => log("warn", "page does not respond"));
  window.on("responsive", () => log("info", "page responds again"));
  window.webContents.on("preload-error", (_event, _path, error) =>
    log("error", "preload failed", { error: error.message }),
  );
}

/** null when there is none, or when it is on a screen that is gone. */
function readPlace(file: string): z.infer<typeof WindowPlace> | null {
  try {
    const place = WindowPlace.parse(JSON.parse(readFileSync(file, "utf8")));
    const { workArea } = screen.getDisplayMatching(place);
    const isVisible =
      place.x < workArea.x + workArea.width &&
      place.x + place.width > workArea.x &&
      place.y < workArea.y + workArea.height &&
      place.y >= workArea.y - 1;
    return isVisible ? place : null;
  } catch {
    return null;
  }
}
