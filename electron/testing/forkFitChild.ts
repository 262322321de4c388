// A real fit process for tests, in plain Node: it can hang and die without the test.
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { FitChild, FitChildListeners } from "../core/estimator/FitQuestions";

/** A shell's code for a signal that ended a process. */
const SIGNAL_CODES: ReadonlyMap<NodeJS.Signals, number> = new Map([
  ["SIGABRT", 134],
  ["SIGKILL", 137],
]);

export interface ForkedFit extends FitChild {
  pid: number;
}

/** `scratchFolder`: for stubs. */
export function forkFitChild(scratchFolder: string, { onMessage, onExit }: FitChildListeners): ForkedFit {
  const child = fork(fileURLToPath(new URL("../engine/fit/fit.ts", import.meta.url)), [scratchFolder], {
    execArgv: ["--import", "tsx"],
    env: { ...process.env, FACET_ENGINE_GPU: "off" },
    serialization: "advanced",
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  child.on("message", onMessage);
  child.on("exit", (code, signal) => onExit(code ?? (signal === null ? null : (SIGNAL_CODES.get(signal) ?? null))));
  if (child.pid === undefined) throw new Error("the fit process did not start");
  return {
    pid: child.pid,
    post(message) {
      if (child.connected) child.send(message);
    },
    kill: () => child.kill("SIGKILL"),
    residentBytes: () => null,
  };
}
