// Makes the engine process. Main process.
import type { ToEngine } from "../../contract/engineProtocol";
import type { GpuStart } from "../../contract/gpu";
import type { Log } from "../../core/LogFile";
import type { Child, ChildListeners } from "../../process/Fork";
import { gpuArgument, gpuEnvironment } from "../gpuProcess";
import { forkUtility } from "./forkUtility";
import { logOutput } from "../logOutput";
import { builtScript } from "./plainFiles";

export function forkEngine(gpu: GpuStart, listeners: ChildListeners, log: Log): Child<ToEngine> {
  const child = forkUtility(
    builtScript("engine.mjs"),
    [gpuArgument(gpu)],
    { serviceName: "Facet engine", stdio: "pipe", env: gpuEnvironment(gpu) },
    listeners,
  );
  // llama.cpp's own words; node-llama-cpp's come as log messages.
  logOutput(child.process, log);
  return child;
}
