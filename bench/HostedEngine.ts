// The built engine in a utility process of Electron, as in the app, spoken to from a benchmark.
import { spawn, type ChildProcess } from "node:child_process";
import path from "node:path";
import { FromEngine, type ProcessMemory, type ToEngine } from "../electron/contract/engineProtocol";
import { electronBinary, environment, IS_ROOT } from "../e2e/FacetApp";
import { engineEnvironment } from "../electron/hosts/engineEnvironment";

type EndResult = Extract<FromEngine, { kind: "end" }>["result"];
type Deltas = Extract<FromEngine, { kind: "deltas" }>["deltas"];

const READY_TIMEOUT_MS = 60_000;

export class HostedEngine {
  readonly #child: ChildProcess;
  readonly #ends = new Map<string, (result: EndResult) => void>();
  readonly #beats: ((memory: ProcessMemory) => void)[] = [];
  deltas: Deltas | null = null;

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.on("message", (data) => this.#receive(data));
  }

  static async start(): Promise<HostedEngine> {
    const sandbox = IS_ROOT && process.platform === "linux" ? ["--no-sandbox"] : [];
    const child = spawn(
      electronBinary(),
      [...sandbox, path.resolve("bench/engineHost.cjs"), path.resolve(".vite/build/engine.mjs")],
      {
        env: engineEnvironment(environment()),
        stdio: ["ignore", "ignore", "ignore", "ipc"],
        serialization: "advanced",
      },
    );
    const engine = new HostedEngine(child);
    await engine.memory();
    return engine;
  }

  /** As of the next heartbeat. */
  memory(): Promise<ProcessMemory> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error("The engine says nothing")), READY_TIMEOUT_MS);
      this.#beats.push((memory) => {
        clearTimeout(timer);
        resolve(memory);
      });
    });
  }

  ask(request: Extract<ToEngine, { requestId: string; kind: "load" | "generate" }>): Promise<EndResult> {
    return new Promise((resolve, reject) => {
      this.#ends.set(request.requestId, resolve);
      this.#child.once("exit", () => reject(new Error("The engine died")));
      this.#child.send(request);
    });
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const ended = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.disconnect();
    await ended;
  }

  #receive(data: unknown): void {
    const message = FromEngine.safeParse(data);
    if (!message.success) return;
    if (message.data.kind === "heartbeat") for (const resolve of this.#beats.splice(0)) resolve(message.data);
    else if (message.data.kind === "deltas") this.deltas = message.data.deltas;
    else if (message.data.kind === "end") this.#ends.get(message.data.requestId)?.(message.data.result);
  }
}
