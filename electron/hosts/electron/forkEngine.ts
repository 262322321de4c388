// Makes the engine process. Main process.
import type { ToEngine } from "../../contract/engineProtocol";
import type { Log } from "../../core/LogFile";
import type { Child, ChildListeners } from "../../process/Fork";
import { forkUtility } from "./forkUtility";
import { logOutput } from "../logOutput";
import { builtScript } from "./plainFiles";

export function forkEngine(listeners: ChildListeners, log: Log): Child<ToEngine> {
  const child = forkUtility(builtScript("engine.mjs"), [], { serviceName: "Facet engine", stdio: "pipe" }, listeners);
  // llama.cpp's own words; node-llama-cpp's come as log messages.
  logOutput(child.process, log);
  return child;
}
