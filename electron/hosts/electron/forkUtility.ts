// A utility process that can be ended at once, native code included. Main process.
import { utilityProcess, type ForkOptions, type MessagePortMain, type UtilityProcess } from "electron";
import type { Child, ChildListeners } from "../../process/Fork";
import { engineEnvironment } from "../engineEnvironment";

export interface UtilityChild extends Child<unknown> {
  /** Undefined until it has started, and when it is gone. */
  readonly process: UtilityProcess;
}

/** `script`: from builtScript. */
export function forkUtility(
  script: string,
  args: string[],
  options: ForkOptions,
  listeners: ChildListeners,
): UtilityChild {
  const child = utilityProcess.fork(script, args, { ...options, env: engineEnvironment(process.env) });
  let isGone = false;
  let isUnwanted = false;
  const kill = () => {
    isUnwanted = true;
    if (isGone || child.pid === undefined) return;
    try {
      // Not child.kill(): its polite signal is not heard by native code that hangs.
      process.kill(child.pid, "SIGKILL");
    } catch {
      // It went by itself in this very moment.
    }
  };
  // Killed before it was there: it has a process id only now.
  child.once("spawn", () => {
    if (isUnwanted) kill();
  });
  child.on("message", listeners.onMessage);
  child.once("exit", (code) => {
    isGone = true;
    listeners.onExit(code);
  });
  return {
    process: child,
    postMessage(message, ports) {
      // Nobody but the window makes ports here, and they are Electron's.
      if (!isGone) child.postMessage(message, ports as MessagePortMain[] | undefined);
    },
    kill,
  };
}
