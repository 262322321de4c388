// The run's side of the process that holds the application: calls with a limit, events, tokens, and every way to end it.
import { fork, type ChildProcess } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { EventName, EventValue } from "../../electron/contract/events";
import type { Outcome } from "../../electron/contract/failure";
import type { StreamToReader } from "../../electron/contract/tokenStream";
import type { CoreInput, CoreMethodName, CoreOutcome } from "../../electron/core/methods/CoreHandlers";
import type { FromApplication, ToApplication } from "./applicationMessages";

/** No method may take longer without an answer; long work has jobs and tasks. */
const CALL_LIMIT_MS = 60_000;
const OPEN_LIMIT_MS = 60_000;
/** As docs/architecture.md promises, and a moment for the process itself. */
const CLOSE_LIMIT_MS = 15_000;

export interface ApplicationListeners {
  onEvent: <Name extends EventName>(name: Name, value: EventValue<Name>) => void;
  onToken: (message: StreamToReader) => void;
  onHeld: (ms: number, during: string) => void;
  onProblem: (problem: string) => void;
}

export interface ApplicationPlace {
  dataFolder: string;
  /** With application.mjs and the scripts of engine, fit and jobs. */
  scriptFolder: string;
  env: NodeJS.ProcessEnv;
}

export class ApplicationProcess {
  readonly #child: ChildProcess;
  readonly #calls = new Map<number, (outcome: Outcome<unknown> | null) => void>();
  readonly #ended: Promise<void>;
  #id = 0;
  #isEnding = false;

  private constructor(child: ChildProcess, listeners: ApplicationListeners) {
    this.#child = child;
    this.#ended = new Promise((resolve) => child.once("exit", () => resolve()));
    child.on("message", (message: FromApplication) => this.#read(message, listeners));
    void this.#ended.then(() => {
      if (!this.#isEnding) listeners.onProblem("the application's process ended by itself");
      for (const answer of this.#calls.values()) answer(null);
      this.#calls.clear();
    });
  }

  /** Throws with the failure's code when the application cannot be opened. */
  static async start({ dataFolder, scriptFolder, env }: ApplicationPlace, listeners: ApplicationListeners) {
    const child = fork(
      fileURLToPath(new URL("child.ts", import.meta.url)),
      [path.join(scriptFolder, "application.mjs"), dataFolder, scriptFolder, process.cwd()],
      { execArgv: ["--import", "tsx"], env, stdio: ["ignore", "ignore", "inherit", "ipc"], serialization: "advanced" },
    );
    const opened = new Promise<Outcome<null> | null>((resolve) => {
      child.on("message", (message: FromApplication) => message.kind === "opened" && resolve(message.outcome));
      child.once("exit", () => resolve(null));
    });
    const application = new ApplicationProcess(child, listeners);
    const outcome = await within(opened, OPEN_LIMIT_MS);
    if (outcome === "late" || outcome === null || !outcome.ok) {
      void application.kill();
      throw new Error(`not opened: ${outcome === "late" ? "no answer" : JSON.stringify(outcome)}`);
    }
    return application;
  }

  /** null: the process ended before it answered. */
  async call<Name extends CoreMethodName>(name: Name, input: CoreInput<Name>): Promise<CoreOutcome<Name> | null> {
    const id = ++this.#id;
    const answered = new Promise<Outcome<unknown> | null>((resolve) => this.#calls.set(id, resolve));
    this.#send({ kind: "call", id, name, input });
    const outcome = await within(answered, CALL_LIMIT_MS);
    if (outcome === "late") throw new Error(`${name} was not answered within ${CALL_LIMIT_MS / 1000} s`);
    if (outcome?.ok === false && outcome.failure.code === "internal")
      throw new Error(`${name} ended in a defect: ${outcome.failure.cause ?? ""}`);
    // The outcome of this very method.
    return outcome as CoreOutcome<Name> | null;
  }

  setClock(aheadMs: number): void {
    this.#send({ kind: "clock", aheadMs });
  }

  async kill(): Promise<void> {
    this.#isEnding = true;
    this.#child.kill("SIGKILL");
    await this.#ended;
  }

  async close(): Promise<void> {
    this.#isEnding = true;
    this.#send({ kind: "close" });
    if ((await within(this.#ended, CLOSE_LIMIT_MS)) === "late") {
      await this.kill();
      throw new Error(`quitting took longer than ${CLOSE_LIMIT_MS / 1000} s`);
    }
  }

  #send(message: ToApplication): void {
    if (this.#child.connected) this.#child.send(message, () => undefined);
    else if (message.kind === "call") this.#calls.get(message.id)?.(null);
  }

  #read(message: FromApplication, { onEvent, onToken, onHeld, onProblem }: ApplicationListeners): void {
    switch (message.kind) {
      case "outcome":
        this.#calls.get(message.id)?.(message.outcome);
        this.#calls.delete(message.id);
        break;
      case "event":
        onEvent(message.name, message.value as never);
        break;
      case "token":
        onToken(message.message);
        break;
      case "held":
        onHeld(message.ms, message.during);
        break;
      case "defect":
        onProblem(`an error that nobody caught: ${message.error}`);
        break;
      case "opened":
      case "closed":
        break;
    }
  }
}

async function within<Value>(promise: Promise<Value>, limitMs: number): Promise<Value | "late"> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<"late">((resolve) => (timer = setTimeout(() => resolve("late"), limitMs)));
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
