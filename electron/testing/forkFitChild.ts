// A real fit process for tests, in plain Node: it can hang and die without the test.
import { fileURLToPath } from "node:url";
import type { ToFit } from "../contract/fitProtocol";
import { ON_PROCESSOR } from "../contract/gpu";
import { gpuArgument } from "../hosts/gpuProcess";
import { forkNode } from "../hosts/node/forkNode";
import type { Child, ChildListeners } from "../process/Fork";

export interface ForkedFit extends Child<ToFit> {
  pid: number;
}

/** `scratchFolder`: for stubs. */
export function forkFitChild(scratchFolder: string, listeners: ChildListeners): ForkedFit {
  const script = fileURLToPath(new URL("../engine/fit/fit.ts", import.meta.url));
  const options = { args: [gpuArgument(ON_PROCESSOR), scratchFolder], execArgv: ["--import", "tsx"] };
  const child = forkNode(script, options, listeners);
  if (child.pid === undefined) throw new Error("the fit process did not start");
  return { pid: child.pid, postMessage: child.postMessage, kill: child.kill };
}
