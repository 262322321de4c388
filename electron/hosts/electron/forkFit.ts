// Makes the fit process: a utility process with little memory for JavaScript and a folder of its own for stubs. Main process.
import { mkdtempSync, rmSync } from "node:fs";
import path from "node:path";
import { app, type ForkOptions } from "electron";
import type { FitChild, FitChildListeners } from "../../core/estimator/FitQuestions";
import { forkUtility } from "./forkUtility";

const FIT_SCRIPT = path.join(__dirname, "fit.mjs");
/** Headers are read in pieces of less than 1 MB. */
const JAVASCRIPT_HEAP = "--max-old-space-size=256";

export function forkFit(listeners: FitChildListeners): FitChild {
  const scratchFolder = mkdtempSync(path.join(app.getPath("temp"), "facet-fit-"));
  const options: ForkOptions = { serviceName: "Facet fit", stdio: "ignore", execArgv: [JAVASCRIPT_HEAP] };
  const child = forkUtility(FIT_SCRIPT, [path.join(scratchFolder, "model")], options, {
    onMessage: listeners.onMessage,
    onExit(code) {
      rmSync(scratchFolder, { recursive: true, force: true });
      listeners.onExit(code);
    },
  });
  return {
    post: (message) => child.postMessage(message),
    kill: child.kill,
    residentBytes() {
      const metric = app.getAppMetrics().find(({ pid }) => pid === child.process.pid);
      return metric === undefined ? null : metric.memory.workingSetSize * 1024;
    },
  };
}
