// One engine process: what it is asked and told, and what is known of it. Which model it gets and which answers it writes is decided by
// the session. Pure: the process comes through the host.
import type { EngineDeltas } from "../../contract/deltas";
import { FromEngine, type DeltaToApply, type ProcessMemory, type ToEngine } from "../../contract/engineProtocol";
import type { Failure } from "../../contract/failure";
import type { RequestId } from "../../contract/ids";
import type { StreamToReader } from "../../contract/tokenStream";
import type { Fork } from "../../process/Fork";
import { SILENCE_LIMIT_MS, SupervisedProcess, type ProcessEnd } from "../../process/SupervisedProcess";
import type { AnswerJob } from "../answers/AnswerJob";
import type { Log } from "../LogFile";
import { classifyExit } from "./engineExit";
import type { ModelToLoad } from "./ModelToLoad";

/** A load may stand still this long, and longer for large files on slow disks. */
const LOAD_TIMEOUT_MS = 30_000;
const LOAD_TIMEOUT_BYTES_PER_MS = 50_000;
const UNRESPONSIVE_AFTER_MS = 5_000;
/** A request that was cancelled ends within this time, or the process does. */
const CANCEL_GRACE_MS = 3_000;

export interface EngineOptions {
  fork: Fork<ToEngine>;
  newRequestId: () => RequestId;
  /** For the engine alone; its files are of no use to the next process. */
  engineStateFolder: string;
  /** What tells a kill for memory from another one. oomKills: the system's count of them; null = not known. */
  memory: () => { totalBytes: number; oomKills: number | null };
  log: Log;
  onEngineLog: (level: "debug" | "info" | "warn" | "error", message: string) => void;
  /** A new process listens: readers of tokens connect anew. */
  onStarted: () => void;
  onToReader: (readerId: string, message: StreamToReader) => void;
  /** null: no model is in memory, so no delta either. */
  onDeltas: (deltas: EngineDeltas | null) => void;
  /** Once a second. */
  onMemory: (memory: ProcessMemory) => void;
}

/** What concerns the session. */
export type SessionMessage = Extract<
  FromEngine,
  { kind: "hello" | "load-progress" | "prefill-progress" | "deltas-settled" | "checkpoint" | "end" }
>;

export interface EngineListeners {
  onMessage(message: SessionMessage): void;
  /** Nothing was heard from it for a while, or something again. */
  onSilence(isSilent: boolean): void;
  /** A load stands still, or a request was cancelled and does not end: the process hangs. */
  onHang(isCancelled: boolean): void;
  /** Once. `failure`: what to say of it when it was not ended on purpose. */
  onEnd(isOnPurpose: boolean, failure: Failure): void;
}

type Question = { kind: "load" } | { kind: "answer" } | { kind: "count"; resolve: (tokens: number | null) => void };

export class Engine {
  readonly #options: EngineOptions;
  readonly #listeners: EngineListeners;
  readonly #process: SupervisedProcess<ToEngine, FromEngine, RequestId, Question>;
  readonly #oomKillsAtStart: number | null;
  #residentBytes = 0;
  #deltas: EngineDeltas | null = null;
  /** Resolves when the process is gone, and with it whatever it had open; or was given up. */
  readonly ended: Promise<void>;
  #isUsed = false;
  #isDropped = false;

  /** Throws when the process cannot be made. */
  constructor(options: EngineOptions, listeners: EngineListeners) {
    this.#options = options;
    this.#listeners = listeners;
    this.#oomKillsAtStart = options.memory().oomKills;
    let tellEnd = (): void => undefined;
    this.ended = new Promise((resolve) => {
      tellEnd = resolve;
    });
    this.#process = new SupervisedProcess({
      fork: options.fork,
      schema: FromEngine,
      silenceLimitMs: SILENCE_LIMIT_MS,
      onMessage: (message) => {
        if (!this.#isDropped) this.#receive(message);
      },
      onNonsense: () => options.log("error", "message from the engine does not fit the protocol"),
      onLate: (late) => listeners.onHang(late.some(({ isCancelled }) => isCancelled)),
      onLook: (silentMs) => listeners.onSilence(silentMs > UNRESPONSIVE_AFTER_MS),
      onEnd: (end) => {
        tellEnd();
        if (!this.#isDropped) this.#ended(end);
      },
    });
    options.log("info", "engine process started");
  }

  get isAlive(): boolean {
    return this.#process.isAlive;
  }

  get saidHello(): boolean {
    return this.#process.saidHello;
  }

  /** It was given a model. Each model gets a process of its own: whatever the last one held is surely free then. */
  get isUsed(): boolean {
    return this.#isUsed;
  }

  /** What it said last that it holds. */
  get deltas(): EngineDeltas | null {
    return this.#deltas;
  }

  load(requestId: RequestId, model: ModelToLoad): void {
    this.#isUsed = true;
    const timeLimitMs = LOAD_TIMEOUT_MS + model.sizeBytes / LOAD_TIMEOUT_BYTES_PER_MS;
    this.#process.ask(requestId, { kind: "load" }, timeLimitMs, {
      kind: "load",
      requestId,
      modelId: model.id,
      path: model.path,
      name: model.name,
      choice: model.choice,
      reasons: model.reasons,
      stateFolder: this.#options.engineStateFolder,
      conversationsWithDeltas: model.conversationsWithDeltas,
    });
  }

  loadMoved(requestId: RequestId): void {
    this.#process.requests.restartTime(requestId);
  }

  generate({ requestId, messageId, chatId, turns, settings }: AnswerJob, stack: DeltaToApply[]): void {
    const message = { kind: "generate", requestId, messageId, chatId, turns, settings, stack } as const;
    this.#process.ask(requestId, { kind: "answer" }, Infinity, message);
  }

  /** It has the request and has not ended it. */
  isAsked(requestId: RequestId): boolean {
    return this.#process.requests.get(requestId) !== undefined;
  }

  isCancelled(requestId: RequestId): boolean {
    return this.#process.requests.get(requestId)?.isCancelled ?? false;
  }

  cancel(requestId: RequestId): void {
    this.#process.cancel(requestId, CANCEL_GRACE_MS, { kind: "cancel", requestId });
  }

  /** Its request has ended. */
  settled(requestId: RequestId): void {
    this.#process.requests.take(requestId);
  }

  /** null: there is no model, or the process ends before it has counted. */
  countTokens(text: string): Promise<number | null> {
    if (!this.isAlive) return Promise.resolve(null);
    const requestId = this.#options.newRequestId();
    return new Promise((resolve) => {
      this.#process.ask(requestId, { kind: "count", resolve }, Infinity, { kind: "count-tokens", requestId, text });
    });
  }

  /** What needs no answer. False = it does not listen yet, or not any more. */
  tell(message: ToEngine, ports?: readonly object[]): boolean {
    return this.saidHello && this.#process.post(message, ports);
  }

  /** On purpose. */
  kill(): void {
    this.#process.kill("on-purpose");
  }

  /** It hangs, which is nobody's wish. */
  killHanging(): void {
    this.#process.kill("time");
  }

  /** Kills it; nothing that it still says counts, and its end is not told. */
  drop(): void {
    this.#isDropped = true;
    this.#forgetWhatItHas();
    this.kill();
  }

  #receive(message: FromEngine): void {
    this.#listeners.onSilence(false);
    switch (message.kind) {
      case "heartbeat":
        this.#residentBytes = message.residentBytes;
        this.#options.onMemory(message);
        break;
      case "counted": {
        const counted = this.#process.requests.take(message.requestId)?.question;
        if (counted?.kind === "count") counted.resolve(message.tokens);
        break;
      }
      case "deltas":
        this.#setDeltas(message.deltas);
        break;
      case "to-reader":
        this.#options.onToReader(message.readerId, message.message);
        break;
      case "log":
        this.#options.onEngineLog(message.level, message.message);
        break;
      case "hello":
        this.#options.log("info", "engine is there", { llamaCpp: message.llamaCpp, backend: message.backend });
        this.#options.onStarted();
        this.#listeners.onMessage(message);
        break;
      default:
        this.#listeners.onMessage(message);
    }
  }

  #ended(end: ProcessEnd): void {
    this.#forgetWhatItHas();
    const residentBytes = this.#residentBytes;
    this.#options.log("warn", "engine process ended", { ...end, residentBytes });
    const { totalBytes, oomKills } = this.#options.memory();
    const wasKilledForMemory = this.#oomKillsAtStart !== null && oomKills !== null && oomKills > this.#oomKillsAtStart;
    const { saidHello } = this;
    this.#listeners.onEnd(
      end.why === "on-purpose",
      classifyExit({ ...end, saidHello, residentBytes, totalBytes, wasKilledForMemory }),
    );
  }

  #forgetWhatItHas(): void {
    for (const { question } of this.#process.requests.all()) if (question.kind === "count") question.resolve(null);
    this.#setDeltas(null);
  }

  #setDeltas(deltas: EngineDeltas | null): void {
    if (this.#deltas === null && deltas === null) return;
    this.#deltas = deltas;
    this.#options.onDeltas(deltas);
  }
}
