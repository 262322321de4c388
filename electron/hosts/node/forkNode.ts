// A child process of plain Node that can be ended at once, native code included.
import { fork, type ChildProcess } from "node:child_process";
import type { Log } from "../../core/LogFile";
import type { ChildListeners } from "../../process/Fork";
import { engineEnvironment } from "../engineEnvironment";
import { logOutput } from "../logOutput";

export interface ForkOptions {
  args?: string[];
  execArgv?: string[];
  /** Beside this process's own environment. */
  env?: Readonly<Record<string, string>>;
  /** Gets what the process writes to its standard streams; without it that is dropped. */
  outputLog?: Log;
}

/** How a shell reports the end by a signal; SIGKILL where it is another one. */
const SIGNAL_CODES: Readonly<Partial<Record<NodeJS.Signals, number>>> = {
  SIGILL: 132,
  SIGABRT: 134,
  SIGBUS: 135,
  SIGFPE: 136,
  SIGKILL: 137,
  SIGSEGV: 139,
  SIGTERM: 143,
};

/** The code of a signal as a shell reports it: 128 and its number. */
export function forkNode(
  script: string,
  { args = [], execArgv = [], env = {}, outputLog }: ForkOptions,
  on: ChildListeners,
) {
  const child: ChildProcess = fork(script, args, {
    env: { ...engineEnvironment(process.env), ...env },
    execArgv,
    // Numbers and buffers arrive as they are, as between Electron's processes.
    serialization: "advanced",
    stdio: ["ignore", outputLog ? "pipe" : "ignore", outputLog ? "pipe" : "ignore", "ipc"],
    // Ctrl C in a terminal goes to every process of its group: the parent decides when this one ends.
    detached: process.platform !== "win32",
  });
  if (outputLog) logOutput(child, outputLog);
  let hasEnded = false;
  const end = (code: number) => {
    if (hasEnded) return;
    hasEnded = true;
    on.onExit(code);
  };
  child.on("message", (message) => on.onMessage(message));
  child.once("exit", (code, signal) => end(code ?? (signal === null ? 1 : (SIGNAL_CODES[signal] ?? 137))));
  // It could not be started at all.
  child.once("error", () => end(1));
  return {
    get pid(): number | undefined {
      return child.pid;
    },
    postMessage(message: object): void {
      if (child.connected) child.send(message, undefined, undefined, () => undefined);
    },
    kill(): void {
      child.kill("SIGKILL");
    },
  };
}
