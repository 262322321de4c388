// Asks the fit process, several questions at once and those first that a user waits for. A process that hangs, dies or takes too
// much memory is ended, and what it was asked beside that is asked again in a new one.
import { failure, Failure, type FailureCode } from "../../contract/failure";
import { FromFit, type ToFit } from "../../contract/fitProtocol";
import type { Fork } from "../../process/Fork";
import type { OpenRequest } from "../../process/Requests";
import { codeText, endCause, type EndCause } from "../../process/exitCode";
import { SupervisedProcess, type ProcessEnd } from "../../process/SupervisedProcess";
import type { Log } from "../LogFile";

/** At once. The rest of the room is for those that a user waits for: hub verdicts that wait for the network leave it free. */
const MAX_ASKED = 12;
const MAX_ASKED_FOR_LISTS = 4;
/** An answer takes 0.1 to 2 s on a slow machine; reading at the hub has a limit of its own. */
const URGENT_TIMEOUT_MS = 60_000;
const LIST_TIMEOUT_MS = 45_000;
/** A question that a user waits for and that is not answered by then has the process for itself: those for lists are asked again after it. */
const PATIENCE_MS = 4_000;
/** A question that is cancelled is answered within this time, or the process hangs. */
const CANCEL_GRACE_MS = 4_000;
/** What was being answered in so many processes that died is not asked again. */
const MAX_DEATHS = 3;
/** Then the process and its memory are given back. */
const IDLE_MS = 120_000;
/** The process has 150 to 250 MB; a file that makes it take more is no model to judge. */
const MAX_PROCESS_BYTES = 1_500_000_000;
/** Assertions, exceptions and wrong memory accesses of llama.cpp: the engine would end the same way. */
const CRASHES: ReadonlySet<EndCause> = new Set(["gave-up", "fault"]);

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
  fork: Fork<ToFit>;
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
  /** Left alone by the process for what a user waits for: asked again afterwards. */
  isPutOff: boolean;
  /** A user has waited for it for long: nothing for lists is asked beside it. */
  isAlone: boolean;
  askedMs: number;
  deaths: number;
  /** The process died or hung while it and others were being answered. Asked again apart from each other, they show which it was. */
  isSuspect: boolean;
}

type Process = SupervisedProcess<ToFit, FromFit, number, Pending>;
type Asked = OpenRequest<number, Pending>;

export class FitQuestions {
  readonly #options: FitQuestionsOptions;
  #process: Process | null = null;
  #waiting: Pending[] = [];
  #nextId = 1;
  #idle: NodeJS.Timeout | null = null;

  constructor(options: FitQuestionsOptions) {
    this.#options = options;
  }

  /** Failures: those of the question, "estimate-failed", "model-ends-engine", "request-cancelled". */
  ask(question: FitQuestion): Promise<FitAnswer> {
    const { signal } = question;
    if (signal?.aborted) return Promise.resolve(failed("request-cancelled"));
    return new Promise((resolve) => {
      const cancel = () => this.#giveUp(pending, failed("request-cancelled"));
      const pending: Pending = {
        ...question,
        isPutOff: false,
        isAlone: false,
        askedMs: 0,
        deaths: 0,
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
    const asked = this.#process?.requests.takeAll() ?? [];
    for (const pending of [...asked.map(({ question }) => question), ...this.#waiting.splice(0)])
      pending.settle(failed("estimate-failed", "the process was ended"));
    this.#process?.kill("on-purpose");
  }

  #askMore(): void {
    // One that was killed is gone in a moment.
    if (this.#process?.isAlive === false) return;
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      this.#waiting = this.#waiting.filter((pending) => pending !== next);
      this.#askNow(next);
    }
    if (this.#process === null || this.#process.requests.size > 0 || this.#idle !== null) return;
    this.#idle = setTimeout(() => this.#process?.kill("on-purpose"), IDLE_MS);
    this.#idle.unref();
  }

  #asked(): Asked[] {
    return this.#process?.requests.all() ?? [];
  }

  #next(): Pending | undefined {
    const asked = this.#asked().map(({ question }) => question);
    const forLists = asked.filter(({ isUrgent }) => !isUrgent).length;
    const suspectIsAsked = asked.some(({ isSuspect }) => isSuspect);
    const hasSuspects = suspectIsAsked || this.#waiting.some(({ isSuspect }) => isSuspect);
    const listsWait = asked.some(({ isAlone }) => isAlone);
    const mayBegin = ({ isUrgent, isSuspect }: Pending): boolean => {
      if (asked.length >= MAX_ASKED || (listsWait && !isUrgent)) return false;
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
    try {
      this.#process ??= this.#start();
    } catch (error) {
      pending.settle({ kind: "failed", failure: failure("estimate-failed", undefined, error) });
      return;
    }
    const id = this.#nextId++;
    pending.isPutOff = false;
    pending.askedMs = this.#options.now();
    this.#process.ask(id, pending, pending.isUrgent ? URGENT_TIMEOUT_MS : LIST_TIMEOUT_MS, pending.message(id));
  }

  /** Nobody waits for it any more. */
  #giveUp(pending: Pending, answer: FitAnswer): void {
    pending.settle(answer);
    pending.isPutOff = false;
    this.#waiting = this.#waiting.filter((other) => other !== pending);
    for (const { id, question } of this.#asked()) if (question === pending) this.#cancel(id);
  }

  #cancel(id: number): void {
    this.#process?.cancel(id, CANCEL_GRACE_MS, { kind: "cancel", id });
  }

  /** The process shall do nothing else than what a user has waited for for long. One for lists that cannot even be left hangs. */
  #putListsOff(): void {
    const asked = this.#asked();
    const now = this.#options.now();
    const isWaitedFor = ({ question, isCancelled }: Asked) =>
      question.isUrgent && !isCancelled && now - question.askedMs > PATIENCE_MS;
    const waitedFor = asked.filter(isWaitedFor);
    for (const { question } of waitedFor) question.isAlone = true;
    if (waitedFor.length === 0) return;
    for (const { id, question, isCancelled } of asked) {
      if (question.isUrgent || isCancelled) continue;
      question.isPutOff = true;
      this.#cancel(id);
    }
  }

  #late(late: Asked[]): void {
    const hanging = late.filter(({ isCancelled }) => isCancelled);
    for (const { question, isCancelled } of late)
      if (!isCancelled) this.#giveUp(question, failed("estimate-failed", "no answer in time"));
    const [only, ...others] = hanging;
    if (only === undefined) return;
    if (others.length > 0) for (const { question } of hanging) question.isSuspect = true;
    else {
      this.#process?.requests.take(only.id);
      only.question.settle(failed("estimate-failed", "no answer in time"));
    }
    this.#process?.kill("time");
  }

  #start(): Process {
    const process: Process = new SupervisedProcess({
      fork: this.#options.fork,
      schema: FromFit,
      silenceLimitMs: null,
      memoryLimitBytes: MAX_PROCESS_BYTES,
      now: this.#options.now,
      onMessage: (message) => this.#receive(process, message),
      onNonsense: () => process.kill("nonsense"),
      onLate: (late) => this.#late(late),
      onLook: () => this.#putListsOff(),
      onEnd: (end) => this.#ended(process, end),
    });
    return process;
  }

  #receive(process: Process, message: FromFit): void {
    if (message.kind === "log") {
      this.#options.log(message.level, "fit", { message: message.message });
    } else if (message.kind === "read") {
      void this.#read(process, message);
    } else {
      const pending = process.requests.take(message.id)?.question;
      const wasLeft = message.kind === "failed" && message.failure.code === "request-cancelled";
      if (pending?.isPutOff && wasLeft) this.#waiting.unshift(pending);
      else pending?.settle(message);
      this.#askMore();
    }
  }

  async #read(
    process: Process,
    { readId, requestId, part, offset, lengthBytes }: Extract<FromFit, { kind: "read" }>,
  ): Promise<void> {
    const source = process.requests.get(requestId)?.question.model?.parts[part]?.read;
    try {
      if (!source) throw new Error("nobody asked for this file");
      process.post({ kind: "bytes", readId, bytes: await source(offset, lengthBytes) });
    } catch (error) {
      process.post({ kind: "read-failed", readId, failure: failureOf(error) });
    }
  }

  #ended(process: Process, { why, code }: ProcessEnd): void {
    this.#process = null;
    if (this.#idle) clearTimeout(this.#idle);
    this.#idle = null;
    if (why !== "on-purpose" && code !== 0) this.#options.log("warn", "fit process ended", { why, code });
    const asked = process.requests.takeAll();
    if (why === "time" || why === "on-purpose") this.#askAgain(asked);
    else this.#blame(asked, why === null ? deathOf(code, asked) : failure("estimate-failed", undefined, CAUSES[why]));
  }

  /** Whoever was alone in it is why the process ended; several are asked again, apart from each other. */
  #blame(asked: Asked[], why: Failure): void {
    const [only, ...others] = asked;
    if (only !== undefined && others.length === 0) {
      only.question.settle({ kind: "failed", failure: why });
      this.#askAgain([]);
      return;
    }
    for (const { question } of asked) {
      question.isSuspect = true;
      question.deaths++;
    }
    const isGivenUp = ({ question }: Asked) => question.deaths >= MAX_DEATHS;
    for (const { question } of asked.filter(isGivenUp))
      question.settle({ kind: "failed", failure: { code: "estimate-failed", cause: why.cause } });
    this.#askAgain(asked.filter((one) => !isGivenUp(one)));
  }

  /** In a new process. */
  #askAgain(asked: Asked[]): void {
    const wanted = asked.filter(({ question, isCancelled }) => !isCancelled || question.isPutOff);
    this.#waiting.unshift(...wanted.map(({ question }) => question));
    this.#askMore();
  }
}

const CAUSES = {
  memory: "it took too much memory",
  nonsense: "its message does not fit the protocol",
  silence: "it hung",
} as const;

function deathOf(code: number | null, asked: Asked[]): Failure {
  const isCrash = CRASHES.has(endCause(code)) && asked[0]?.question.model !== null;
  const cause = `the process ended with code ${codeText(code)}`;
  return failure(isCrash ? "model-ends-engine" : "estimate-failed", undefined, cause);
}

function failed(code: FailureCode, cause?: string): FitAnswer {
  return { kind: "failed", failure: failure(code, undefined, cause) };
}

/** Network sources throw errors that carry a failure. */
function failureOf(error: unknown): Failure {
  const told = Failure.safeParse(error instanceof Error && "failure" in error ? error.failure : undefined);
  return told.success ? told.data : failure("model-unreadable", undefined, error);
}
