// The desktop's side of the application: its window and its folders. Main process.
import type { BrowserWindow } from "electron";
import type { EventName, EventValue } from "../../contract/events";
import type { Languages } from "../../core/Languages";
import type { Log } from "../../core/LogFile";

/** What is there even when the data folder cannot be used. */
export interface WindowShell {
  /** null while it is closed (macOS keeps the app open then). */
  window: () => BrowserWindow | null;
  sendEvent: <Name extends EventName>(name: Name, value: EventValue<Name>) => void;
  dataFolder: string;
  logsFolder: string;
  languages: Languages;
  log: Log;
}
