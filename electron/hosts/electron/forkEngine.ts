// Makes the engine process. Main process.
import path from "node:path";
import type { ToEngine } from "../../contract/engineProtocol";
import type { Log } from "../../core/LogFile";
import type { Child, ChildListeners } from "../../process/Fork";
import { forkUtility } from "./forkUtility";
import { logOutput } from "../logOutput";

const ENGINE_SCRIPT = path.join(__dirname, "engine.mjs");

export function forkEngine(listeners: ChildListeners, log: Log): Child<ToEngine> {
  const child = forkUtility(ENGINE_SCRIPT, [], { serviceName: "Facet engine", stdio: "pipe" }, listeners);
  // llama.cpp's own words; node-llama-cpp's come as log messages.
  logOutput(child.process, log);
  return child;
}
