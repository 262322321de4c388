// Starts, watches and restarts the engine process, and sees to it that every request to it ends exactly once.
// Pure: the process comes through the host, time from the global timers.
import type { EngineDeltas, NamedStack } from "../../contract/deltas";
import {
  FromEngine,
  type DeltaToApply,
  type ProcessMemory,
  type ReaderToEngine,
  type ToEngine,
} from "../../contract/engineProtocol";
import type { EngineState } from "../../contract/engineState";
import { failure, type Failure, type Outcome } from "../../contract/failure";
import type { ChatId, DeltaId, ModelId, RequestId } from "../../contract/ids";
import { LoadChoice, type LoadReasons } from "../../contract/loadSettings";
import type { LoadedModel } from "../../contract/model";
import type { StreamToReader } from "../../contract/tokenStream";
import type { AnswerEngine, AnswerJob, AnswerJobEnd } from "../answers/AnswerJob";
import type { Log } from "../LogFile";
import { classifyExit } from "./engineExit";

/** From fork to the first word. Native libraries are loaded later; this is only Node and our script. */
const START_TIMEOUT_MS = 30_000;
/** A load may stand still this long, and longer for large files on slow disks. */
const LOAD_TIMEOUT_MS = 30_000;
const LOAD_TIMEOUT_BYTES_PER_MS = 50_000;
const WATCH_INTERVAL_MS = 1_000;
/** Longer between two looks, and the computer slept or main was busy: the engine is not to blame. */
const WATCH_GAP_MS = 4_000;
const UNRESPONSIVE_AFTER_MS = 5_000;
const KILL_AFTER_SILENCE_MS = 30_000;
/** A request that was cancelled ends within this time, or the process does. */
const CANCEL_GRACE_MS = 3_000;
/** At quit the window is gone already; the last checkpoint is at most half a second old. */
const QUIT_GRACE_MS = 500;
/** A killed process that is still there (a disk that hangs) is given up. */
const KILL_TIMEOUT_MS = 5_000;

/** The engine process as the supervisor needs it. */
export interface EngineProcess {
  /** `ports`: of the host's own kind. */
  postMessage(message: ToEngine, ports?: readonly object[]): void;
  /** At once: nothing in the engine needs to be saved. */
  kill(): void;
}

export interface EngineListeners {
  onMessage(message: unknown): void;
  onExit(code: number): void;
}

export interface ModelToLoad {
  id: ModelId;
  name: string;
  fileName: string;
  path: string;
  /** ModelFile.content */
  content: string;
  sizeBytes: number;
  choice: LoadChoice;
  reasons: LoadReasons;
  conversationsWithDeltas: number;
  /** As predicted, for the words when it fails after all; null = not known. */
  memory: { neededBytes: number; availableBytes: number } | null;
}

/** The library of deltas as the supervisor needs it. */
export interface DeltaFiles {
  /** Where the files of a stack lie, or why it cannot be used with this model now. */
  resolve(stack: NamedStack, modelId: ModelId): Promise<Outcome<DeltaToApply[]>>;
  /** A note on disk that outlives a crash: these are being brought into memory. */
  noteLoading(deltaIds: readonly DeltaId[]): Promise<void>;
  /** They are in memory, or nobody tries any more. */
  clearNote(): void;
  /** The engine died or hung while it brought these into memory. */
  crashed(deltaIds: readonly DeltaId[]): void;
}

export interface EngineSupervisorOptions {
  /** Throws when the process cannot be made. */
  fork: (listeners: EngineListeners) => EngineProcess;
  newRequestId: () => RequestId;
  /** For the engine alone; its files are of no use to the next process. */
  engineStateFolder: string;
  /** The note on disk that outlives a crash of the whole app during a load. */
  marker: { write(modelIds: readonly ModelId[]): Promise<void>; clear(): void };
  /** Counts models that end the engine: `count` returns why the model is not loaded by itself any more, if so. */
  ends: { count(model: ModelToLoad): Failure | null; clear(modelId: ModelId): void };
  deltas: DeltaFiles;
  /** What tells a kill for memory from another one. oomKills: the system's count of them; null = not known. */
  memory: () => { totalBytes: number; oomKills: number | null };
  log: Log;
  onEngineLog: (level: "debug" | "info" | "warn" | "error", message: string) => void;
  onState: (state: EngineState) => void;
  /** A new process listens: readers of tokens connect anew. */
  onStarted: () => void;
  onToReader: (readerId: string, message: StreamToReader) => void;
  onLoaded: (model: LoadedModel) => void;
  /** null: no model is in memory, so no delta either. */
  onDeltas: (deltas: EngineDeltas | null) => void;
  /** Once a second. */
  onMemory: (memory: ProcessMemory) => void;
}

interface Child {
  process: EngineProcess;
  saidHello: boolean;
  lastHeardMs: number;
  residentBytes: number;
  anonymousBytes: number | null;
  oomKillsAtStart: number | null;
  /** Set by kill(): a failure to tell, or "on purpose". */
  killedFor: Failure | "on-purpose" | null;
  /** It was given a model. Each model gets a process of its own: whatever the last one held is surely free then. */
  isUsed: boolean;
}

interface Load {
  requestId: RequestId;
  model: ModelToLoad;
  fraction: number | null;
  /** The engine has been asked, so it will answer. */
  isPosted: boolean;
  isCancelled: boolean;
  lastProgressMs: number;
}

interface Answer {
  job: AnswerJob;
  /** The engine has been asked, so it will answer. */
  isPosted: boolean;
  isCancelled: boolean;
  phase: "prefill" | "decode";
  prefillFraction: number;
  unresponsive: boolean;
}

export class EngineSupervisor implements AnswerEngine {
  readonly #options: EngineSupervisorOptions;
  #state: EngineState = { kind: "idle" };
  #child: Child | null = null;
  #wanted: ModelToLoad | null = null;
  /** Load the wanted model now, not only when a message needs it. */
  #loadNow = false;
  /** Why the wanted model is not loaded until somebody asks for it again. */
  #refusal: Failure | null = null;
  #load: Load | null = null;
  #loaded: LoadedModel | null = null;
  /** What was asked for when it was loaded: the engine may have taken a smaller context. */
  #loadedAs: ModelToLoad | null = null;
  /** Since it was loaded: what ends the engine then is no fault of the file. */
  #hasAnswered = false;
  #isPreparing = false;
  /** Those who wait for a number of tokens. */
  readonly #counts = new Map<RequestId, (tokens: number | null) => void>();
  /** What the engine last said that it holds. */
  #deltas: EngineDeltas | null = null;
  #answer: Answer | null = null;
  /** By request: deltas that the engine brings into memory. It may still be doing so when the answer was stopped. */
  readonly #loadingDeltas = new Map<RequestId, readonly DeltaId[]>();
  #queue: AnswerJob[] = [];
  #watchTimer: ReturnType<typeof setInterval> | null = null;
  #lastWatchMs = 0;
  #closing: (() => void) | null = null;

  constructor(options: EngineSupervisorOptions) {
    this.#options = options;
  }

  get state(): EngineState {
    return this.#state;
  }

  /** What would be free without the engine; null while it does not run or where the system does not tell. */
  get anonymousBytes(): number | null {
    return this.#child?.anonymousBytes ?? null;
  }

  get deltas(): EngineDeltas | null {
    return this.#deltas;
  }

  /** Loads a model, now. A running answer is stopped, another load given up. */
  load(model: ModelToLoad): void {
    this.#isPreparing = false;
    this.#wanted = model;
    this.#refusal = null;
    this.#loadNow = true;
    this.#advance();
  }

  /** Wants a model without loading it, and says why: until load() or restart() is called. */
  refuse(model: ModelToLoad, reason: Failure): void {
    this.#isPreparing = false;
    this.#wanted = model;
    this.#refusal = reason;
    this.#setState({ kind: "load-failed", modelId: model.id, failure: reason });
  }

  /** A first model is being chosen or planned: the process starts meanwhile, and messages wait. Followed by load(), refuse() or release(). */
  prepare(modelId: ModelId): void {
    if (this.#wanted !== null || this.#closing || this.#child !== null) return;
    this.#isPreparing = true;
    if (this.#fork(modelId) !== null) this.#setState({ kind: "starting", modelId });
  }

  /** Nothing comes of what was prepared. */
  release(): void {
    if (!this.#isPreparing) return;
    this.#isPreparing = false;
    this.#setState({ kind: "idle" });
    this.#advance();
  }

  /** The person calls the model by another name from now on; the engine, which knows the old one, need not know. */
  rename(modelId: ModelId, name: string): void {
    if (this.#wanted?.id === modelId) this.#wanted = { ...this.#wanted, name };
    if (this.#loaded?.modelId !== modelId) return;
    this.#loaded = { ...this.#loaded, name };
    if (this.#answer) this.#showAnswer(this.#answer, this.#loaded);
    else if (this.#state.kind === "ready") this.#setState({ kind: "ready", model: this.#loaded });
  }

  /** The person gave the model away: it leaves the memory and is not loaded again. */
  forget(modelId: ModelId): void {
    if (this.#wanted?.id !== modelId) return;
    this.#wanted = null;
    this.#refusal = null;
    this.#setState({ kind: "idle" });
    if (this.#child) this.#kill(this.#child, "on-purpose");
    else this.#advance();
  }

  refusal(): Failure | null {
    return this.#refusal ?? (this.#wanted === null && !this.#isPreparing ? failure("model-missing") : null);
  }

  generate(job: AnswerJob): void {
    if (this.#closing) {
      job.onEnd({ kind: "cancelled" });
      return;
    }
    this.#queue.push(job);
    this.#advance();
  }

  answerNow(requestId: RequestId): void {
    if (this.#answer?.job.requestId === requestId && this.#answer.isPosted)
      this.#child?.process.postMessage({ kind: "answer-now", requestId });
  }

  cancel(requestId: RequestId): void {
    const waiting = this.#queue.find((job) => job.requestId === requestId);
    if (waiting) {
      this.#queue = this.#queue.filter((job) => job !== waiting);
      waiting.onEnd({ kind: "cancelled" });
    } else if (this.#answer?.job.requestId === requestId) {
      this.#cancelAnswer(this.#answer);
    }
  }

  /** A chat was deleted: the engine must keep nothing of it. */
  forgetChat(chatId: ChatId): void {
    const child = this.#child;
    if (child?.saidHello && child.killedFor === null) child.process.postMessage({ kind: "forget-chat", chatId });
  }

  /** Ends the process if there is one and loads the model anew. */
  restart(): void {
    this.#refusal = null;
    this.#loadNow = true;
    if (this.#child) this.#kill(this.#child, "on-purpose");
    else this.#advance();
  }

  /** By the tokenizer of the loaded model, also while it answers; null when there is none, or the engine ends before it has counted. */
  countTokens(text: string): Promise<number | null> {
    const child = this.#child;
    if (this.#loaded === null || child === null || child.killedFor !== null) return Promise.resolve(null);
    const requestId = this.#options.newRequestId();
    child.process.postMessage({ kind: "count-tokens", requestId, text });
    return new Promise((resolve) => this.#counts.set(requestId, resolve));
  }

  /** Hands a reader's end of the token stream to the engine. False = there is none to take it. */
  connectReader(port: object): boolean {
    return this.#postToReady({ kind: "reader-port" }, [port]);
  }

  /** For readers without a port. False = there is no engine to take it. */
  tellReader(message: ReaderToEngine): boolean {
    return this.#postToReady(message);
  }

  #postToReady(message: ToEngine, ports?: readonly object[]): boolean {
    if (this.#child === null || this.#child.killedFor !== null || !this.#child.saidHello) return false;
    this.#child.process.postMessage(message, ports);
    return true;
  }

  /** Ends everything, as fast as it can without losing words; resolves when the process was told to go. */
  async close(): Promise<void> {
    const waiting = this.#queue.splice(0);
    const ended = new Promise<void>((resolve) => {
      this.#closing = resolve;
    });
    for (const job of waiting) job.onEnd({ kind: "cancelled" });
    // A load that we break off is not the model's fault.
    if (this.#load) this.#options.marker.clear();
    if (this.#answer && this.#child?.killedFor === null) {
      this.#cancelAnswer(this.#answer);
      const timer = setTimeout(() => this.#closing?.(), QUIT_GRACE_MS);
      await ended;
      clearTimeout(timer);
    }
    const child = this.#child;
    if (child) this.#forgetChild();
    child?.process.kill();
    this.#forgetLoadingDeltas();
    this.#endAnswer({ kind: "cancelled" });
  }

  /** Does the next thing that has to be done, if any. Called after every change. */
  #advance(): void {
    if (this.#closing || (this.#child !== null && this.#child.killedFor !== null)) return;
    const wanted = this.#wanted;
    if (this.#load) {
      if (wanted === null || !isSame(this.#load.model, wanted)) this.#cancelLoad(this.#load);
      return;
    }
    if (this.#answer) {
      if (wanted !== null && !this.#isLoaded(wanted)) this.#cancelAnswer(this.#answer);
      return;
    }
    if (wanted !== null && this.#loaded !== null && this.#isLoaded(wanted)) {
      this.#loadNow = false;
      const next = this.#queue.shift();
      if (next) this.#startAnswer(next, this.#loaded);
      else this.#setState({ kind: "ready", model: this.#loaded });
      return;
    }
    if (this.#isPreparing) return;
    const refusal = this.refusal();
    if (wanted === null || refusal !== null) {
      this.#endQueue(refusal ?? failure("model-missing"));
      return;
    }
    if (this.#loadNow || this.#queue.length > 0) this.#startLoad(wanted);
  }

  /** In memory, and with the settings that are wanted. */
  #isLoaded(wanted: ModelToLoad): boolean {
    return this.#loaded !== null && this.#loadedAs !== null && isSame(this.#loadedAs, wanted);
  }

  #startLoad(model: ModelToLoad): void {
    this.#loadNow = false;
    this.#loaded = null;
    if (this.#child?.isUsed) {
      this.#loadNow = true;
      this.#kill(this.#child, "on-purpose");
      return;
    }
    this.#setDeltas(null);
    const child = this.#child ?? this.#fork(model.id);
    if (child === null) return;
    const load: Load = {
      requestId: this.#options.newRequestId(),
      model,
      fraction: null,
      isPosted: false,
      isCancelled: false,
      lastProgressMs: performance.now(),
    };
    this.#load = load;
    if (child.saidHello) void this.#postLoad(child, load);
    else this.#setState({ kind: "starting", modelId: model.id });
  }

  #fork(modelId: ModelId): Child | null {
    const { fork, memory, log } = this.#options;
    const child: Omit<Child, "process"> & { process: EngineProcess | null } = {
      process: null,
      saidHello: false,
      lastHeardMs: performance.now(),
      residentBytes: 0,
      anonymousBytes: null,
      oomKillsAtStart: memory().oomKills,
      killedFor: null,
      isUsed: false,
    };
    try {
      child.process = fork({
        onMessage: (message) => {
          if (this.#child === child) this.#receive(this.#child, message);
        },
        onExit: (code) => {
          if (this.#child === child) this.#onExit(this.#child, code);
        },
      });
    } catch (error) {
      this.#onDeath(modelId, failure("engine-start-failed", undefined, error));
      return null;
    }
    const { process } = child;
    if (process === null) return null;
    this.#child = Object.assign(child, { process });
    log("info", "engine process started");
    this.#lastWatchMs = performance.now();
    this.#watchTimer = setInterval(() => this.#watch(), WATCH_INTERVAL_MS);
    return this.#child;
  }

  async #postLoad(child: Child, load: Load): Promise<void> {
    this.#setState({ kind: "loading", modelId: load.model.id, modelName: load.model.name, fraction: null });
    await this.#options.marker.write([load.model.id]);
    // Much can happen while a disk writes: another choice, a crash, the end.
    if (this.#load !== load || this.#child !== child || child.killedFor !== null || this.#closing) return;
    load.isPosted = true;
    child.isUsed = true;
    load.lastProgressMs = performance.now();
    child.process.postMessage({
      kind: "load",
      requestId: load.requestId,
      modelId: load.model.id,
      path: load.model.path,
      name: load.model.name,
      choice: load.model.choice,
      reasons: load.model.reasons,
      stateFolder: this.#options.engineStateFolder,
      conversationsWithDeltas: load.model.conversationsWithDeltas,
    });
  }

  #startAnswer(job: AnswerJob, model: LoadedModel): void {
    const answer: Answer = {
      job,
      isPosted: false,
      isCancelled: false,
      phase: "prefill",
      prefillFraction: 0,
      unresponsive: false,
    };
    this.#answer = answer;
    this.#showAnswer(answer, model);
    if (job.stack.length === 0) this.#postAnswer(answer, []);
    else void this.#resolveAndPost(answer, model.modelId);
  }

  async #resolveAndPost(answer: Answer, modelId: ModelId): Promise<void> {
    const child = this.#child;
    // Much can happen while others read and write files: a stop, a crash, the end.
    const isOver = () => this.#answer !== answer || this.#child !== child || child === null || child.killedFor !== null;
    const { deltas } = this.#options;
    const stack = await deltas.resolve(answer.job.stack, modelId);
    if (isOver()) return;
    if (!stack.ok) {
      this.#endAnswer({ kind: "failed", failure: stack.failure, parts: [] });
      return;
    }
    const inMemory = new Set(this.#deltas?.loaded.map(({ deltaId }) => deltaId));
    const loading = stack.value.map(({ deltaId }) => deltaId).filter((deltaId) => !inMemory.has(deltaId));
    if (loading.length > 0) {
      this.#loadingDeltas.set(answer.job.requestId, loading);
      await deltas.noteLoading(this.#allLoadingDeltas());
    }
    if (isOver()) this.#deltasSettled(answer.job.requestId);
    else this.#postAnswer(answer, stack.value);
  }

  #postAnswer(answer: Answer, stack: DeltaToApply[]): void {
    answer.isPosted = true;
    const { requestId, messageId, chatId, turns, settings } = answer.job;
    this.#child?.process.postMessage({ kind: "generate", requestId, messageId, chatId, turns, settings, stack });
  }

  #showAnswer({ job, phase, prefillFraction, unresponsive }: Answer, model: LoadedModel | null): void {
    if (model === null) return;
    const { chatId, messageId, requestId } = job;
    this.#setState({ kind: "generating", model, chatId, messageId, requestId, phase, prefillFraction, unresponsive });
  }

  #cancelLoad(load: Load): void {
    if (!load.isPosted) {
      this.#load = null;
      this.#options.marker.clear();
      this.#setState({ kind: "idle" });
      this.#advance();
    } else if (!load.isCancelled) {
      load.isCancelled = true;
      this.#postCancel(load.requestId, () => this.#load === load);
    }
  }

  #cancelAnswer(answer: Answer): void {
    if (answer.isCancelled) return;
    answer.isCancelled = true;
    if (!answer.isPosted) {
      this.#endAnswer({ kind: "cancelled" });
      return;
    }
    this.#postCancel(answer.job.requestId, () => this.#answer === answer);
  }

  #postCancel(requestId: RequestId, isRunning: () => boolean): void {
    const child = this.#child;
    if (child === null || child.killedFor !== null) return;
    child.process.postMessage({ kind: "cancel", requestId });
    setTimeout(() => {
      if (this.#child === child && isRunning()) {
        this.#options.log("warn", "engine did not stop in time");
        // A delta that hangs the engine would hang it again.
        this.#blameLoadingDeltas();
        this.#loadNow = true;
        this.#kill(child, "on-purpose");
      }
    }, CANCEL_GRACE_MS);
  }

  #receive(child: Child, raw: unknown): void {
    const parsed = FromEngine.safeParse(raw);
    if (!parsed.success) {
      this.#options.log("error", "message from the engine does not fit the protocol");
      return;
    }
    child.lastHeardMs = performance.now();
    if (this.#answer?.unresponsive) {
      this.#answer.unresponsive = false;
      this.#showAnswer(this.#answer, this.#loaded);
    }
    const message = parsed.data;
    const load =
      this.#load !== null && "requestId" in message && message.requestId === this.#load.requestId ? this.#load : null;
    const answer =
      this.#answer !== null && "requestId" in message && message.requestId === this.#answer.job.requestId
        ? this.#answer
        : null;
    switch (message.kind) {
      case "hello":
        child.saidHello = true;
        this.#options.log("info", "engine is there", { llamaCpp: message.llamaCpp, backend: message.backend });
        this.#options.onStarted();
        if (this.#load && !this.#load.isPosted) void this.#postLoad(child, this.#load);
        break;
      case "heartbeat":
        child.residentBytes = message.residentBytes;
        child.anonymousBytes = message.anonymousBytes;
        this.#options.onMemory(message);
        break;
      case "load-progress":
        if (load && message.fraction > (load.fraction ?? -1)) {
          load.fraction = message.fraction;
          load.lastProgressMs = performance.now();
          this.#setState({
            kind: "loading",
            modelId: load.model.id,
            modelName: load.model.name,
            fraction: load.fraction,
          });
        }
        break;
      case "prefill-progress":
        if (answer) {
          answer.prefillFraction = message.fraction;
          if (message.fraction >= 1) answer.phase = "decode";
          this.#showAnswer(answer, this.#loaded);
        }
        break;
      case "counted":
        this.#counts.get(message.requestId)?.(message.tokens);
        this.#counts.delete(message.requestId);
        break;
      case "deltas":
        this.#setDeltas(message.deltas);
        break;
      case "deltas-settled":
        this.#deltasSettled(message.requestId);
        break;
      case "checkpoint":
        if (answer) {
          if (answer.phase !== "decode") {
            answer.phase = "decode";
            this.#showAnswer(answer, this.#loaded);
          }
          answer.job.onCheckpoint(message.parts);
        }
        break;
      case "end":
        if (load) this.#endLoad(load, message.result);
        else if (answer) this.#endAnswer(toJobEnd(message.result, this.#loaded));
        break;
      case "to-reader":
        this.#options.onToReader(message.readerId, message.message);
        break;
      case "log":
        this.#options.onEngineLog(message.level, message.message);
        break;
    }
  }

  #endLoad(load: Load, result: EngineResult): void {
    this.#load = null;
    this.#options.marker.clear();
    if (result.kind === "loaded") {
      this.#loaded = result.model;
      this.#loadedAs = load.model;
      this.#hasAnswered = false;
      this.#options.log("info", "model loaded", {
        architecture: result.model.architecture,
        contextSize: result.model.contextSizeTokens,
      });
      this.#options.onLoaded(result.model);
    } else if (result.kind === "cancelled" || load.isCancelled) {
      this.#setState({ kind: "idle" });
    } else {
      const told =
        result.kind === "failed"
          ? result.failure
          : failure("internal", undefined, "The engine answered a load with text");
      // The person knows their models by file name; the engine does not care for it.
      const { memory } = load.model;
      const lacked =
        told.code === "model-load-failed" && memory !== null && memory.neededBytes > memory.availableBytes
          ? { neededBytes: String(memory.neededBytes), availableBytes: String(Math.max(0, memory.availableBytes)) }
          : {};
      const reason = { ...told, details: { file: load.model.fileName, ...lacked, ...told.details } };
      this.#options.log("warn", "model not loaded", { code: reason.code, cause: reason.cause ?? "" });
      this.#refusal = reason;
      this.#setState({ kind: "load-failed", modelId: load.model.id, failure: reason });
    }
    this.#advance();
  }

  #endAnswer(end: AnswerJobEnd): void {
    const answer = this.#answer;
    this.#answer = null;
    if (end.kind === "answered" && this.#loaded !== null) {
      this.#hasAnswered = true;
      this.#options.ends.clear(this.#loaded.modelId);
    }
    answer?.job.onEnd(end);
    this.#closing?.();
    this.#advance();
  }

  #allLoadingDeltas(): DeltaId[] {
    return [...new Set([...this.#loadingDeltas.values()].flat())];
  }

  /** The engine is done with them: what happens from here on is not the fault of loading them. */
  #deltasSettled(requestId: RequestId): void {
    if (!this.#loadingDeltas.delete(requestId)) return;
    if (this.#loadingDeltas.size === 0) this.#options.deltas.clearNote();
    else void this.#options.deltas.noteLoading(this.#allLoadingDeltas());
  }

  /** The process ends, and loading them was not the reason. */
  #forgetLoadingDeltas(): void {
    if (this.#loadingDeltas.size === 0) return;
    this.#loadingDeltas.clear();
    this.#options.deltas.clearNote();
  }

  /** The process ended, or has to be ended, while it loaded them: they are not used until they are chosen again. */
  #blameLoadingDeltas(): void {
    if (this.#loadingDeltas.size === 0) return;
    this.#options.deltas.crashed(this.#allLoadingDeltas());
    this.#loadingDeltas.clear();
  }

  #setDeltas(deltas: EngineDeltas | null): void {
    if (this.#deltas === null && deltas === null) return;
    this.#deltas = deltas;
    this.#options.onDeltas(deltas);
  }

  #endQueue(reason: Failure): void {
    for (const job of this.#queue.splice(0)) job.onEnd({ kind: "failed", failure: reason, parts: [] });
  }

  #watch(): void {
    const child = this.#child;
    if (child === null || child.killedFor !== null) return;
    const now = performance.now();
    const gapMs = now - this.#lastWatchMs;
    this.#lastWatchMs = now;
    if (gapMs > WATCH_GAP_MS) {
      child.lastHeardMs = now;
      if (this.#load) this.#load.lastProgressMs = now;
      return;
    }
    const silentMs = now - child.lastHeardMs;
    if (!child.saidHello) {
      if (silentMs > START_TIMEOUT_MS)
        this.#kill(child, failure("engine-start-failed", undefined, "It said nothing in time"));
    } else if (silentMs > KILL_AFTER_SILENCE_MS) {
      this.#kill(child, failure("engine-not-responding"));
    } else if (this.#load?.isPosted && now - this.#load.lastProgressMs > loadTimeoutMs(this.#load.model)) {
      this.#kill(child, failure("engine-not-responding", undefined, "The load stood still"));
    } else if (this.#answer && silentMs > UNRESPONSIVE_AFTER_MS && !this.#answer.unresponsive) {
      this.#answer.unresponsive = true;
      this.#showAnswer(this.#answer, this.#loaded);
    }
  }

  #kill(child: Child, reason: Failure | "on-purpose"): void {
    if (child.killedFor !== null) return;
    child.killedFor = reason;
    child.process.kill();
    setTimeout(() => {
      if (this.#child === child) this.#onExit(child, 0);
    }, KILL_TIMEOUT_MS);
  }

  #onExit(child: Child, code: number): void {
    // First of all: posting to a process in its exit event kills main (electron #53923).
    this.#forgetChild();
    const { killedFor, saidHello, residentBytes, oomKillsAtStart } = child;
    this.#options.log("warn", "engine process ended", { code, residentBytes, onPurpose: killedFor === "on-purpose" });
    const modelId = this.#load?.model.id ?? this.#loaded?.modelId ?? null;
    const blamed = this.#blamed();
    this.#loaded = null;
    if (killedFor === "on-purpose") {
      if (this.#load) this.#options.marker.clear();
      this.#load = null;
      this.#forgetLoadingDeltas();
      this.#setState({ kind: "idle" });
      this.#endAnswer({ kind: "cancelled" });
      return;
    }
    const { totalBytes, oomKills } = this.#options.memory();
    const reason =
      killedFor ??
      classifyExit({
        code,
        saidHello,
        residentBytes,
        totalBytes,
        wasKilledForMemory: oomKillsAtStart !== null && oomKills !== null && oomKills > oomKillsAtStart,
      });
    this.#onDeath(modelId, reason, blamed);
  }

  /** The model that an end of the process now would be the fault of, most likely; null = of no model's. */
  #blamed(): ModelToLoad | null {
    if (this.#load) return this.#load.isPosted ? this.#load.model : null;
    if (this.#loadingDeltas.size > 0) return null;
    return this.#loaded === null || this.#hasAnswered ? null : this.#loadedAs;
  }

  /** `blamed` was loaded by a message or by itself until now; the second time in a row it is refused until somebody asks for it. */
  #onDeath(modelId: ModelId | null, cause: Failure, blamed: ModelToLoad | null = null): void {
    const refusal = blamed === null ? null : this.#options.ends.count(blamed);
    const reason =
      refusal === null ? cause : { ...refusal, ...(cause.cause === undefined ? {} : { cause: cause.cause }) };
    const wasLoading = this.#answer === null;
    this.#blameLoadingDeltas();
    // The note is for an end of the whole app: what ended here is counted.
    if (this.#load) this.#options.marker.clear();
    this.#load = null;
    this.#setState({ kind: "crashed", modelId, failure: reason });
    if (refusal !== null && blamed !== null && this.#wanted?.id === blamed.id) {
      this.#refusal = reason;
      this.#setState({ kind: "load-failed", modelId: blamed.id, failure: reason });
    }
    // What waits would only start the same load again. After an answer, the next one gets its chance.
    if (wasLoading) this.#endQueue(reason);
    this.#endAnswer({ kind: "engine-died", failure: reason });
  }

  #forgetChild(): void {
    this.#child = null;
    for (const resolve of this.#counts.values()) resolve(null);
    this.#counts.clear();
    this.#setDeltas(null);
    if (this.#watchTimer !== null) clearInterval(this.#watchTimer);
    this.#watchTimer = null;
  }

  #setState(state: EngineState): void {
    this.#state = state;
    if (!this.#closing) this.#options.onState(state);
  }
}

type EngineResult = Extract<FromEngine, { kind: "end" }>["result"];

function toJobEnd(result: EngineResult, model: LoadedModel | null): AnswerJobEnd {
  if (result.kind === "loaded") {
    return {
      kind: "failed",
      failure: failure("internal", undefined, "The engine answered a message with a model"),
      parts: [],
    };
  }
  if (result.kind !== "answered" || model === null) return result;
  return { ...result, facts: { ...result.facts, modelName: model.name } };
}

function isSame(one: ModelToLoad, other: ModelToLoad): boolean {
  return one.id === other.id && LoadChoice.keyof().options.every((name) => one.choice[name] === other.choice[name]);
}

function loadTimeoutMs({ sizeBytes }: ModelToLoad): number {
  return LOAD_TIMEOUT_MS + sizeBytes / LOAD_TIMEOUT_BYTES_PER_MS;
}
