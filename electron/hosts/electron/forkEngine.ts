// Makes the engine process. Main process.
import path from "node:path";
import type { ToEngine } from "../../contract/engineProtocol";
import type { GpuStart } from "../../contract/gpu";
import type { Log } from "../../core/LogFile";
import type { Child, ChildListeners } from "../../process/Fork";
import { gpuArgument, gpuEnvironment } from "../gpuProcess";
import { forkUtility } from "./forkUtility";
import { logOutput } from "../logOutput";

const ENGINE_SCRIPT = path.join(__dirname, "engine.mjs");

export function forkEngine(gpu: GpuStart, listeners: ChildListeners, log: Log): Child<ToEngine> {
  const child = forkUtility(
    ENGINE_SCRIPT,
    [gpuArgument(gpu)],
    { serviceName: "Facet engine", stdio: "pipe", env: gpuEnvironment(gpu) },
    listeners,
  );
  // llama.cpp's own words; node-llama-cpp's come as log messages.
  logOutput(child.process, log);
  return child;
}
