// What Electron's main process gives to the application.
import path from "node:path";
import { app, powerMonitor, powerSaveBlocker, shell } from "electron";
import { WorkerThreads } from "../../core/worker/WorkerThreads";
import type { Host } from "../../core/Host";
import { languagesFolder } from "../../core/Languages";
import type { Log } from "../../core/LogFile";
import { electronNetwork } from "./electronNetwork";
import { electronSecrets } from "./electronSecrets";
import { forkEngine } from "./forkEngine";
import { forkFit } from "./forkFit";
import { forkJob } from "./forkJob";
import { APP_FOLDER, builtScript, RESOURCES } from "./plainFiles";

export const LANGUAGES_FOLDER = languagesFolder(RESOURCES);

/** `engineLog` gets what the processes write to their standard streams. After app.whenReady(). */
export function electronHost({ log, engineLog }: { log: Log; engineLog: Log }): Host {
  let blocker: number | null = null;
  const busy = new Set<string>();
  return {
    appVersion: app.getVersion(),
    appFolder: APP_FOLDER,
    catalogueFile: path.join(RESOURCES, "catalogue.json"),
    languagesFolder: LANGUAGES_FOLDER,
    systemLanguages: () => app.getPreferredSystemLanguages(),
    forkEngine: (gpu) => (listeners) => forkEngine(gpu, listeners, engineLog),
    forkFit: (gpu) => (listeners) => forkFit(gpu, listeners),
    forkJob: forkJob(log),
    searchScript: builtScript("search.cjs"),
    network: electronNetwork(),
    secrets: electronSecrets,
    takesFoundToken: false,
    worker: new WorkerThreads(builtScript("worker.mjs")),
    keepAwake(what, isBusy) {
      if (isBusy) busy.add(what);
      else busy.delete(what);
      if (busy.size > 0) blocker ??= powerSaveBlocker.start("prevent-app-suspension");
      else if (blocker !== null) {
        powerSaveBlocker.stop(blocker);
        blocker = null;
      }
    },
    onWake: (listener) => void powerMonitor.on("resume", listener),
    moveToTrash: (file) => shell.trashItem(file),
  };
}
