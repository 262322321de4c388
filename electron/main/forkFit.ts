// Makes the fit process: a utility process with little memory for JavaScript and a folder of its own for stubs. Main process.
import { mkdtempSync, rmSync } from "node:fs";
import path from "node:path";
import { app, utilityProcess } from "electron";
import type { FitChild, FitChildListeners } from "../services/estimator/Estimator";
import { engineEnvironment } from "./engineEnvironment";

/** Beside main.cjs in the built app. */
const FIT_SCRIPT = path.join(__dirname, "fit.mjs");
/** Headers are read in pieces of less than 1 MB. */
const JAVASCRIPT_HEAP = "--max-old-space-size=256";

export function forkFit(listeners: FitChildListeners): FitChild {
  const scratchFolder = mkdtempSync(path.join(app.getPath("temp"), "facet-fit-"));
  const child = utilityProcess.fork(FIT_SCRIPT, [path.join(scratchFolder, "model")], {
    serviceName: "Facet fit",
    stdio: "ignore",
    execArgv: [JAVASCRIPT_HEAP],
    env: engineEnvironment(process.env),
  });
  let isGone = false;
  let isUnwanted = false;
  const kill = () => {
    isUnwanted = true;
    if (isGone || child.pid === undefined) return;
    try {
      // At once, native code included.
      process.kill(child.pid, "SIGKILL");
    } catch {
      // It went by itself in this very moment.
    }
  };
  child.once("spawn", () => {
    if (isUnwanted) kill();
  });
  child.on("message", listeners.onMessage);
  child.once("exit", (code) => {
    isGone = true;
    rmSync(scratchFolder, { recursive: true, force: true });
    listeners.onExit(code);
  });
  return {
    post(message) {
      if (!isGone) child.postMessage(message);
    },
    kill,
    residentBytes() {
      const metric = app.getAppMetrics().find(({ pid }) => pid === child.pid);
      return metric === undefined ? null : metric.memory.workingSetSize * 1024;
    },
  };
}
