// A child process from its fork to its end, for the engine, the fit process and jobs alike. What it says is parsed; its silence, its
// memory and answers that are overdue are noticed; it is killed when it has to be, and its end is told once. Pure: the process comes
// through the host, time from the global timers.
import type { Child, Fork } from "./Fork";
import { Requests, type OpenRequest } from "./Requests";

const WATCH_INTERVAL_MS = 250;
/** Longer between two looks, and the computer slept or this process was busy: the child is not to blame. */
const WATCH_GAP_MS = 4_000;
/** A killed process that is still there (a disk that hangs) is given up. */
const KILL_TIMEOUT_MS = 5_000;
/** A process that sends heartbeats, one a second, and says nothing for so long, hangs. */
export const SILENCE_LIMIT_MS = 30_000;

/** Why it was killed. "time": an answer is overdue; "nonsense": it said what does not fit the protocol. */
export type KillReason = "on-purpose" | "silence" | "memory" | "time" | "nonsense";

export interface ProcessEnd {
  /** null: nobody killed it. */
  why: KillReason | null;
  /** null: it was killed and given up before it was gone. */
  code: number | null;
}

export interface SupervisedProcessOptions<To, From, Id, Question> {
  fork: Fork<To>;
  schema: { safeParse(data: unknown): { success: true; data: From } | { success: false } };
  /** null for a process that sends no heartbeats: its answers have time limits. */
  silenceLimitMs: number | null;
  memoryLimitBytes?: number;
  /** In ms. */
  now?: () => number;
  onMessage(message: From): void;
  /** It said what does not fit the protocol. */
  onNonsense(): void;
  /** Not answered in time; those that were cancelled, not within their grace. Told again at each look, until something is done. */
  onLate?(requests: OpenRequest<Id, Question>[]): void;
  /** Some times a second while the process is watched. */
  onLook?(silentMs: number): void;
  /** Exactly once. Nothing may be posted any more. */
  onEnd(end: ProcessEnd): void;
}

/** `Question`: what whoever asks wants to find again with the answer. */
export class SupervisedProcess<To, From extends { kind: string }, Id = never, Question = never> {
  readonly requests: Requests<Id, Question>;
  readonly #options: SupervisedProcessOptions<To, From, Id, Question>;
  readonly #child: Child<To>;
  readonly #now: () => number;
  #saidHello = false;
  #killedFor: KillReason | null = null;
  #hasEnded = false;
  #lastHeardMs: number;
  #lastLookMs = 0;
  #watchTimer: ReturnType<typeof setInterval> | null = null;
  #killTimer: ReturnType<typeof setTimeout> | null = null;

  /** Throws when the process cannot be made. */
  constructor(options: SupervisedProcessOptions<To, From, Id, Question>) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    this.requests = new Requests(this.#now);
    this.#lastHeardMs = this.#now();
    this.#child = options.fork({
      onMessage: (data) => this.#receive(data),
      onPatience: (ms) => {
        this.#lastHeardMs = this.#now();
        this.requests.addTime(ms);
      },
      onExit: (code) => this.#end(code),
    });
    if (options.silenceLimitMs !== null) this.#watch();
  }

  /** It runs, and nobody has killed it. */
  get isAlive(): boolean {
    return !this.#hasEnded && this.#killedFor === null;
  }

  get saidHello(): boolean {
    return this.#saidHello;
  }

  /** False = there is nobody to hear it. */
  post(message: To, ports?: readonly object[]): boolean {
    if (!this.isAlive) return false;
    this.#child.postMessage(message, ports);
    return true;
  }

  /** What answers it is for onMessage to see, which takes it from `requests`. */
  ask(id: Id, question: Question, timeLimitMs: number, message: To): void {
    if (!this.isAlive) return;
    this.requests.add(id, question, timeLimitMs);
    this.#watch();
    this.post(message);
  }

  /** `message` tells the process to leave it. Once; later calls change nothing. */
  cancel(id: Id, graceMs: number, message: To): void {
    if (this.isAlive && this.requests.cancel(id, graceMs)) this.post(message);
  }

  /** At once. What it has said by then is still heard until it is gone. */
  kill(why: KillReason): void {
    if (!this.isAlive) return;
    this.#killedFor = why;
    this.#stopWatching();
    this.#killTimer = setTimeout(() => this.#end(null), KILL_TIMEOUT_MS);
    // Nobody waits at the end of the program.
    this.#killTimer.unref();
    this.#child.kill();
  }

  #receive(data: unknown): void {
    if (this.#hasEnded) return;
    const parsed = this.#options.schema.safeParse(data);
    if (!parsed.success) {
      this.#options.onNonsense();
      return;
    }
    this.#lastHeardMs = this.#now();
    if (parsed.data.kind === "hello") this.#saidHello = true;
    this.#options.onMessage(parsed.data);
  }

  #end(code: number | null): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#stopWatching();
    if (this.#killTimer !== null) clearTimeout(this.#killTimer);
    this.#options.onEnd({ why: this.#killedFor, code });
  }

  #watch(): void {
    if (this.#watchTimer !== null) return;
    this.#lastLookMs = this.#now();
    this.#watchTimer = setInterval(() => this.#look(), WATCH_INTERVAL_MS);
  }

  #stopWatching(): void {
    if (this.#watchTimer !== null) clearInterval(this.#watchTimer);
    this.#watchTimer = null;
  }

  #look(): void {
    const { silenceLimitMs, memoryLimitBytes = Infinity, onLate, onLook } = this.#options;
    if (silenceLimitMs === null && this.requests.size === 0) {
      this.#stopWatching();
      return;
    }
    const now = this.#now();
    const gapMs = now - this.#lastLookMs;
    this.#lastLookMs = now;
    if (gapMs > WATCH_GAP_MS) {
      this.#lastHeardMs = now;
      this.requests.addTime(gapMs);
      return;
    }
    const silentMs = now - this.#lastHeardMs;
    if (silenceLimitMs !== null && silentMs > silenceLimitMs) this.kill("silence");
    else if (memoryLimitBytes < Infinity && (this.#child.residentBytes?.() ?? 0) > memoryLimitBytes)
      this.kill("memory");
    else {
      const late = this.requests.late();
      if (late.length > 0) onLate?.(late);
      if (this.isAlive) onLook?.(silentMs);
    }
  }
}
