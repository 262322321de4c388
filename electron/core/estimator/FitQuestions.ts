// Asks the fit process, several questions at once and those first that a user waits for. A process that hangs, dies or takes too
// much memory is ended, and what it was asked beside that is asked again in a new one.
import { failure, Failure, type FailureCode } from "../../contract/failure";
import { FromFit, type ToFit } from "../../contract/fitProtocol";
import type { Log } from "../LogFile";

/** At once. The rest of the room is for those that a user waits for: hub verdicts that wait for the network leave it free. */
const MAX_ASKED = 12;
const MAX_ASKED_FOR_LISTS = 4;
/** An answer takes 0.1 to 2 s on a slow machine; reading at the hub has a limit of its own. */
const URGENT_TIMEOUT_MS = 60_000;
/** Less: one that hangs has then been given up before those that wait behind its dry run are. */
const LIST_TIMEOUT_MS = 45_000;
/** A question that is cancelled is answered within this time, or the process hangs. */
const CANCEL_GRACE_MS = 5_000;
/** In so many processes that died. */
const MAX_ATTEMPTS = 3;
/** Then the process and its memory are given back. */
const IDLE_MS = 120_000;
const WATCH_MS = 250;
/** The process has 150 to 250 MB; a file that makes it take more is no model to judge. */
const MAX_PROCESS_BYTES = 1_500_000_000;
/**
 * Assertions, exceptions and wrong memory accesses of llama.cpp: the signals SIGILL, SIGABRT, SIGBUS, SIGFPE and SIGSEGV, as Electron and
 * as a shell report them, and what Windows has for them. The engine would end the same way.
 */
const CRASH_CODES: ReadonlySet<number> = new Set([
  4, 6, 7, 8, 10, 11, 132, 134, 135, 136, 138, 139, 0xc000_0005, 0xc000_001d, 0xc000_0094, 0xc000_0409, 3,
]);

export interface FitChild {
  post(message: ToFit): void;
  kill(): void;
  /** null where it cannot be known. */
  residentBytes(): number | null;
}

export interface FitChildListeners {
  onMessage(message: unknown): void;
  onExit(code: number | null): void;
}

/** One part of a model: a file here, or ranges of one at the hub. */
export interface FitPart {
  path: string | null;
  sizeBytes: number;
  /** Throws an error with a `failure`. */
  read: ((offset: number, lengthBytes: number) => Promise<Uint8Array>) | null;
}

export interface FitModel {
  /** Of the content. */
  key: string;
  parts: readonly FitPart[];
  fetchedBytes: () => number;
}

export interface FitQuestionsOptions {
  /** Throws when the process cannot be made. */
  fork: (listeners: FitChildListeners) => FitChild;
  log: Log;
  /** In ms. */
  now: () => number;
}

export interface FitQuestion {
  message: (id: number) => ToFit;
  /** Whose bytes the process may ask for; null = none. */
  model: FitModel | null;
  /** A user waits for it; false for those of lists. */
  isUrgent: boolean;
  signal?: AbortSignal | undefined;
}

type Told = Exclude<FromFit, { kind: "read" | "log" | "failed" }>;
/** The id is of no use once the answer has found its question. */
export type FitAnswer =
  | { [Kind in Told["kind"]]: Omit<Extract<Told, { kind: Kind }>, "id"> }[Told["kind"]]
  | { kind: "failed"; failure: Failure };

interface Pending extends FitQuestion {
  /** Once; later calls change nothing. */
  settle: (answer: FitAnswer) => void;
  /** The process has been told to leave it; its answer is of interest only as a sign of life. */
  isCancelled: boolean;
  deadlineMs: number;
  attempts: number;
  /** The process died while it and others were being answered. Asked again apart from each other, they show which it was. */
  isSuspect: boolean;
}

export class FitQuestions {
  readonly #options: FitQuestionsOptions;
  #child: FitChild | null = null;
  #waiting: Pending[] = [];
  /** By id: asked and not answered. */
  readonly #asked = new Map<number, Pending>();
  #nextId = 1;
  #watch: NodeJS.Timeout | null = null;
  #idle: NodeJS.Timeout | null = null;

  constructor(options: FitQuestionsOptions) {
    this.#options = options;
  }

  /** Failures: those of the question, "estimate-failed", "model-ends-engine", "request-cancelled". */
  ask(question: FitQuestion): Promise<FitAnswer> {
    const { signal } = question;
    if (signal?.aborted) return Promise.resolve(failed("request-cancelled"));
    return new Promise((resolve) => {
      const cancel = () => this.#cancel(pending, failed("request-cancelled"));
      const pending: Pending = {
        ...question,
        isCancelled: false,
        deadlineMs: 0,
        attempts: 0,
        isSuspect: false,
        settle(answer) {
          signal?.removeEventListener("abort", cancel);
          resolve(answer);
        },
      };
      signal?.addEventListener("abort", cancel, { once: true });
      this.#waiting.push(pending);
      this.#askMore();
    });
  }

  close(): void {
    const child = this.#forgetChild();
    for (const pending of [...this.#asked.values(), ...this.#waiting.splice(0)])
      pending.settle(failed("estimate-failed", "the process was ended"));
    this.#asked.clear();
    child?.kill();
  }

  #askMore(): void {
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      this.#waiting = this.#waiting.filter((pending) => pending !== next);
      this.#askNow(next);
    }
    if (this.#asked.size > 0) return;
    if (this.#watch) clearInterval(this.#watch);
    this.#watch = null;
    if (this.#child === null || this.#idle !== null) return;
    this.#idle = setTimeout(() => this.#forgetChild()?.kill(), IDLE_MS);
    this.#idle.unref();
  }

  #next(): Pending | undefined {
    const asked = [...this.#asked.values()];
    const forLists = asked.filter(({ isUrgent }) => !isUrgent).length;
    const suspectIsAsked = asked.some(({ isSuspect }) => isSuspect);
    const hasSuspects = suspectIsAsked || this.#waiting.some(({ isSuspect }) => isSuspect);
    const mayBegin = ({ isUrgent, isSuspect }: Pending): boolean => {
      if (asked.length >= MAX_ASKED) return false;
      if (isSuspect) return !suspectIsAsked && (isUrgent || forLists === 0);
      return isUrgent || (forLists < MAX_ASKED_FOR_LISTS && !hasSuspects);
    };
    return (
      this.#waiting.find((pending) => pending.isUrgent && mayBegin(pending)) ??
      this.#waiting.find((pending) => !pending.isUrgent && mayBegin(pending))
    );
  }

  #askNow(pending: Pending): void {
    if (this.#idle) clearTimeout(this.#idle);
    this.#idle = null;
    let child: FitChild;
    try {
      child = this.#running();
    } catch (error) {
      pending.settle({ kind: "failed", failure: failure("estimate-failed", undefined, error) });
      return;
    }
    const id = this.#nextId++;
    pending.attempts++;
    pending.deadlineMs = this.#options.now() + (pending.isUrgent ? URGENT_TIMEOUT_MS : LIST_TIMEOUT_MS);
    this.#asked.set(id, pending);
    this.#watch ??= setInterval(() => this.#look(), WATCH_MS);
    child.post(pending.message(id));
  }

  #cancel(pending: Pending, answer: FitAnswer): void {
    pending.settle(answer);
    this.#waiting = this.#waiting.filter((other) => other !== pending);
    for (const [id, asked] of this.#asked) {
      if (asked !== pending || pending.isCancelled) continue;
      pending.isCancelled = true;
      pending.deadlineMs = Math.max(pending.deadlineMs, this.#options.now() + CANCEL_GRACE_MS);
      this.#child?.post({ kind: "cancel", id });
    }
  }

  #look(): void {
    const child = this.#child;
    if (child === null) return;
    const now = this.#options.now();
    if ((child.residentBytes() ?? 0) > MAX_PROCESS_BYTES) {
      this.#forgetChild()?.kill();
      this.#options.log("warn", "fit process ended", { why: "memory" });
      this.#blame(failure("estimate-failed", undefined, "it took too much memory"));
      return;
    }
    const late = [...this.#asked].filter(([, { deadlineMs }]) => now > deadlineMs);
    const hangs = late.filter(([, { isCancelled }]) => isCancelled);
    for (const [, pending] of late) this.#cancel(pending, failed("estimate-failed", "no answer in time"));
    if (hangs.length === 0) return;
    this.#options.log("warn", "fit process ended", { why: "time" });
    this.#forgetChild()?.kill();
    for (const [id] of hangs) this.#asked.delete(id);
    this.#askAgain();
  }

  /** The process has ended: whoever was alone in it is why; several are asked again, apart from each other. */
  #blame(why: Failure): void {
    const [only, ...others] = this.#asked.values();
    if (only !== undefined && others.length === 0) {
      this.#asked.clear();
      only.settle({ kind: "failed", failure: why });
    }
    for (const [id, pending] of this.#asked) {
      pending.isSuspect = true;
      if (pending.attempts < MAX_ATTEMPTS) continue;
      this.#asked.delete(id);
      pending.settle({ kind: "failed", failure: { ...why, code: "estimate-failed" } });
    }
    this.#askAgain();
  }

  /** In a new process. */
  #askAgain(): void {
    const again = [...this.#asked.values()].filter(({ isCancelled }) => !isCancelled);
    this.#asked.clear();
    this.#waiting.unshift(...again);
    this.#askMore();
  }

  #running(): FitChild {
    if (this.#child) return this.#child;
    const child: FitChild = this.#options.fork({
      onMessage: (data) => this.#receive(child, data),
      onExit: (code) => {
        if (this.#child !== child) return;
        this.#forgetChild();
        if (code !== 0) this.#options.log("warn", "fit process died", { code });
        const isCrash = code !== null && CRASH_CODES.has(code) && [...this.#asked.values()][0]?.model !== null;
        this.#blame(
          failure(isCrash ? "model-ends-engine" : "estimate-failed", undefined, `the process ended with code ${code}`),
        );
      },
    });
    this.#child = child;
    return child;
  }

  #receive(child: FitChild, data: unknown): void {
    const parsed = FromFit.safeParse(data);
    if (!parsed.success || child !== this.#child) return;
    const message = parsed.data;
    if (message.kind === "log") {
      this.#options.log(message.level, "fit", { message: message.message });
    } else if (message.kind === "read") {
      void this.#read(child, message);
    } else {
      this.#asked.get(message.id)?.settle(message);
      this.#asked.delete(message.id);
      this.#askMore();
    }
  }

  async #read(
    child: FitChild,
    { readId, requestId, part, offset, lengthBytes }: Extract<FromFit, { kind: "read" }>,
  ): Promise<void> {
    const source = this.#asked.get(requestId)?.model?.parts[part]?.read;
    try {
      if (!source) throw new Error("nobody asked for this file");
      child.post({ kind: "bytes", readId, bytes: await source(offset, lengthBytes) });
    } catch (error) {
      child.post({ kind: "read-failed", readId, failure: failureOf(error) });
    }
  }

  /** Nothing that it says counts any more. */
  #forgetChild(): FitChild | null {
    const child = this.#child;
    this.#child = null;
    if (this.#watch) clearInterval(this.#watch);
    if (this.#idle) clearTimeout(this.#idle);
    this.#watch = null;
    this.#idle = null;
    return child;
  }
}

function failed(code: FailureCode, cause?: string): FitAnswer {
  return { kind: "failed", failure: failure(code, undefined, cause) };
}

/** Network sources throw errors that carry a failure. */
function failureOf(error: unknown): Failure {
  const told = Failure.safeParse(error instanceof Error && "failure" in error ? error.failure : undefined);
  return told.success ? told.data : failure("model-unreadable", undefined, error);
}
