// A job process as a plain Node child: for the command line, tests and measurements; the app uses a utility process.
import { fork } from "node:child_process";
import type { ForkJob } from "./runJob";

/** `entry`: electron/engine/jobs/job.ts (needs `execArgv` that loads TypeScript) or the built job.mjs. */
export function forkNodeJob(entry: string, execArgv: readonly string[] = []): ForkJob {
  return (listeners) => {
    const child = fork(entry, [], { execArgv: [...execArgv], stdio: ["ignore", "ignore", "inherit", "ipc"] });
    child.on("message", listeners.onMessage);
    child.once("exit", listeners.onExit);
    // The exit follows; without a listener the error would end this process.
    child.on("error", () => undefined);
    return {
      postMessage: (message) => {
        if (child.connected) child.send(message);
      },
      kill: () => void child.kill("SIGKILL"),
    };
  };
}
