// One process that tries inputs, as the command sees it: it may die, hang, or take all memory.
import { fork, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { FromChild, ToChild, Tried } from "./childProtocol";
import type { FuzzInput, Verdict } from "./FuzzKind";

const LOOK_MS = 100;
/** Until it can try the first input: TypeScript is compiled, data is made, llama.cpp starts. */
const START_MS = 120_000;
/** Of what it wrote to its standard error, for a finding. */
const MAX_WORDS = 4000;

export interface FuzzProcessOptions {
  kind: string;
  hangMs: number;
}

/** How a run ended: all tried, or at the input after the last that was told. */
export type RunEnd = { kind: "ran" } | { kind: "ended"; verdict: Extract<Verdict, { kind: "fault" }> };

export class FuzzProcess {
  readonly #options: FuzzProcessOptions;
  readonly #child: ChildProcess;
  readonly #folder = mkdtempSync(path.join(tmpdir(), "facet-fuzz-"));
  #words = "";
  #isReady = false;
  #end: RunEnd | null = null;
  #heardMs = performance.now();
  #onMessage: (message: FromChild) => void = () => undefined;
  #onEnd: () => void = () => undefined;
  #watch: ReturnType<typeof setInterval>;

  constructor(options: FuzzProcessOptions) {
    this.#options = options;
    const folder = this.#folder;
    this.#child = fork(fileURLToPath(new URL("child.ts", import.meta.url)), [options.kind, folder], {
      execArgv: ["--import", "tsx"],
      serialization: "advanced",
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      // Nothing of the user's own is read: other apps' models, settings.
      env: { ...process.env, HOME: folder, TMPDIR: folder, XDG_DATA_HOME: folder, XDG_CACHE_HOME: folder },
    });
    this.#child.stderr?.on("data", (data: Buffer) => {
      this.#words = (this.#words + data.toString()).slice(-MAX_WORDS);
    });
    this.#child.on("message", (message) => this.#received(message as FromChild));
    this.#child.once("exit", (code, signal) => this.#ended(code, signal));
    this.#watch = setInterval(() => this.#look(), LOOK_MS);
  }

  get isUsable(): boolean {
    return this.#end === null;
  }

  async run(seed: number, from: number, to: number, onTried: (tried: Tried) => void): Promise<RunEnd> {
    return new Promise((resolve) => {
      this.#onMessage = (message) => {
        if (message.kind === "tried") onTried(message);
        if (message.kind === "ran") resolve(message);
      };
      this.#onEnd = () => resolve(this.#end ?? { kind: "ran" });
      this.#post({ kind: "run", seed, from, to });
    });
  }

  /** null: the process ended of making it. */
  async make(seed: number, index: number): Promise<FuzzInput | null> {
    return new Promise((resolve) => {
      this.#onMessage = (message) => message.kind === "made" && resolve(message.input);
      this.#onEnd = () => resolve(null);
      this.#post({ kind: "make", seed, index });
    });
  }

  async tryInput(input: FuzzInput): Promise<Pick<Tried, "verdict" | "tookMs" | "longestHoldMs">> {
    const startedMs = performance.now();
    return new Promise((resolve) => {
      this.#onMessage = (message) => message.kind === "tried" && resolve(message);
      this.#onEnd = () => {
        const verdict: Verdict = this.#end?.kind === "ended" ? this.#end.verdict : { kind: "accepted" };
        resolve({ verdict, tookMs: performance.now() - startedMs, longestHoldMs: 0 });
      };
      this.#post({ kind: "try", input });
    });
  }

  async stop(): Promise<void> {
    clearInterval(this.#watch);
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const ended = new Promise((resolve) => this.#child.once("exit", resolve));
      this.#child.kill("SIGKILL");
      await ended;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #post(message: ToChild): void {
    this.#heardMs = performance.now();
    if (this.#end === null) this.#child.send(message);
    else this.#onEnd();
  }

  #received(message: FromChild): void {
    this.#heardMs = performance.now();
    this.#isReady = true;
    this.#onMessage(message);
  }

  #look(): void {
    const limitMs = this.#isReady ? this.#options.hangMs : START_MS;
    if (this.#end !== null || performance.now() - this.#heardMs <= limitMs) return;
    this.#end = { kind: "ended", verdict: { kind: "fault", fault: "hang", detail: `no answer in ${limitMs} ms` } };
    this.#child.kill("SIGKILL");
  }

  #ended(code: number | null, signal: string | null): void {
    const detail = `${signal ?? `exit code ${code}`}\n${this.#words}`.trim();
    if (!this.#isReady) throw new Error(`no process for ${this.#options.kind} could be started: ${detail}`);
    this.#end ??= { kind: "ended", verdict: { kind: "fault", fault: "crash", detail } };
    this.#onEnd();
  }
}
