// Makes the fit process: a utility process with little memory for JavaScript and a folder of its own for stubs. Main process.
import { app } from "electron";
import type { ToFit } from "../../contract/fitProtocol";
import type { Child, ChildListeners } from "../../process/Fork";
import { fitScratch } from "../fitScratch";
import { forkUtility } from "./forkUtility";
import { builtScript } from "./plainFiles";

export function forkFit(on: ChildListeners): Child<ToFit> {
  const { args, execArgv, listeners } = fitScratch(app.getPath("temp"), on);
  const child = forkUtility(
    builtScript("fit.mjs"),
    args,
    { serviceName: "Facet fit", stdio: "ignore", execArgv },
    listeners,
  );
  return {
    postMessage: child.postMessage,
    kill: child.kill,
    residentBytes() {
      const metric = app.getAppMetrics().find(({ pid }) => pid === child.process.pid);
      return metric === undefined ? null : metric.memory.workingSetSize * 1024;
    },
  };
}
