// One engine after the other: which model it has, which answer it writes, and that every request to it ends exactly once. What is
// wanted and what is there are two values (SessionState.ts); #advance brings the second towards the first. Pure: the process comes
// through the host, time from the global timers.
import type { NamedStack } from "../../contract/deltas";
import type { DeltaToApply, FromEngine, ReaderToEngine } from "../../contract/engineProtocol";
import type { EngineState } from "../../contract/engineState";
import { failure, type Failure, type Outcome } from "../../contract/failure";
import type { ChatId, ModelId, RequestId } from "../../contract/ids";
import type { LoadedModel } from "../../contract/model";
import type { AnswerEngine, AnswerJob, AnswerJobEnd } from "../answers/AnswerJob";
import { AnswerQueue } from "./AnswerQueue";
import { Engine, type EngineOptions, type SessionMessage } from "./Engine";
import { LoadingDeltas, type DeltaNotes } from "./LoadingDeltas";
import { isSameLoad, leavesGpuAlone, type ModelToLoad, withFacts } from "./ModelToLoad";
import {
  modelIdOf,
  shownState,
  type Answer,
  type InMemory,
  type Load,
  type SessionState,
  type Wish,
} from "./SessionState";

/** At quit the window is gone already; the last checkpoint is at most half a second old. */
const QUIT_GRACE_MS = 500;

/** The library of deltas as the session needs it. */
export interface DeltaFiles extends DeltaNotes {
  /** Where the files of a stack lie, or why it cannot be used with this model now. */
  resolve(stack: NamedStack, modelId: ModelId): Promise<Outcome<DeltaToApply[]>>;
}

export interface EngineSessionOptions extends EngineOptions {
  /** The note on disk that outlives a crash of the whole app during a load. */
  marker: { write(modelIds: readonly ModelId[]): Promise<void>; clear(): void };
  /** Counts models that end the engine: `count` returns why the model is not loaded by itself any more, if so. */
  ends: { count(model: ModelToLoad): Failure | null; clear(modelId: ModelId): void };
  deltas: DeltaFiles;
  onState: (state: EngineState) => void;
  onLoaded: (model: LoadedModel) => void;
}

export class EngineSession implements AnswerEngine {
  readonly #options: EngineSessionOptions;
  #wish: Wish = { kind: "none" };
  #state: SessionState = { kind: "idle", engine: null };
  readonly #queue = new AnswerQueue();
  readonly #loadingDeltas: LoadingDeltas;

  constructor(options: EngineSessionOptions) {
    this.#options = options;
    this.#loadingDeltas = new LoadingDeltas(options.deltas);
  }

  get state(): EngineState {
    return shownState(this.#state);
  }

  /** Loads a model, now. A running answer is stopped, another load given up. */
  load(model: ModelToLoad): void {
    this.#want({ kind: "model", model, now: true });
  }

  /** Wants a model without loading it, and says why: until load() or restart() is called. */
  refuse(model: ModelToLoad, reason: Failure): void {
    this.#want({ kind: "refused", model, reason });
  }

  /** A first model is being chosen or planned: the process starts meanwhile, and messages wait. Followed by load(), refuse() or release(). */
  prepare(modelId: ModelId): void {
    if (this.#wish.kind !== "none") return;
    this.#wish = { kind: "choosing" };
    if (this.#state.engine !== null) return;
    const engine = this.#start(modelId);
    if (engine !== null) this.#enter({ kind: "starting", engine, modelId });
  }

  /** Nothing comes of what was prepared. */
  release(): void {
    if (this.#wish.kind !== "choosing") return;
    this.#wish = { kind: "none" };
    this.#enter({ kind: "idle", engine: this.#state.engine });
    this.#advance();
  }

  /** The user calls the model by another name from now on; the engine, which knows the old one, need not know. */
  rename(modelId: ModelId, name: string): void {
    const wish = this.#wish;
    if ((wish.kind === "model" || wish.kind === "refused") && wish.model.id === modelId)
      this.#wish = { ...wish, model: { ...wish.model, name } };
    const state = this.#state;
    if ((state.kind !== "ready" && state.kind !== "generating") || state.inMemory.model.modelId !== modelId) return;
    this.#enter({ ...state, inMemory: { ...state.inMemory, model: { ...state.inMemory.model, name } } });
  }

  /** The user gave the model away: it leaves the memory and is not loaded again. Resolves when no process has its file open any more. */
  async forget(modelId: ModelId): Promise<void> {
    if (this.#wantedModel()?.id !== modelId) return;
    this.#wish = { kind: "none" };
    const state = this.#state;
    const ended = state.engine?.ended;
    // Loads and answers end with the process.
    if (state.kind !== "loading" && state.kind !== "generating") this.#enter({ kind: "idle", engine: state.engine });
    this.#endEngine();
    await ended;
  }

  refusal(): Failure | null {
    if (this.#wish.kind === "refused") return this.#wish.reason;
    return this.#wish.kind === "none" ? failure("model-missing") : null;
  }

  generate(job: AnswerJob): void {
    if (this.#wish.kind === "closing") {
      job.onEnd({ kind: "cancelled" });
      return;
    }
    this.#queue.add(job);
    this.#advance();
  }

  answerNow(requestId: RequestId): void {
    const { engine } = this.#state;
    if (this.#answerOf(requestId) !== null && engine?.isAsked(requestId))
      engine.tell({ kind: "answer-now", requestId });
  }

  cancel(requestId: RequestId): void {
    if (!this.#queue.cancel(requestId) && this.#answerOf(requestId) !== null) this.#cancelAnswer();
  }

  /** A chat was deleted: the engine must keep nothing of it. */
  forgetChat(chatId: ChatId): void {
    this.#state.engine?.tell({ kind: "forget-chat", chatId });
  }

  /** Ends the process if there is one and loads the model anew. */
  restart(): void {
    const model = this.#wantedModel();
    if (model !== null) this.#wish = { kind: "model", model, now: true };
    this.#endEngine();
  }

  /** A process that has no model yet was started for another GPU: it is replaced. One with a model goes when another model is loaded. */
  renew(): void {
    const { engine } = this.#state;
    if (engine !== null && !engine.isUsed) engine.kill();
  }

  /** By the tokenizer of the loaded model, also while it answers; null when there is none, or the engine ends before it has counted. */
  countTokens(text: string): Promise<number | null> {
    const state = this.#state;
    const hasModel = state.kind === "ready" || state.kind === "generating";
    return hasModel ? state.engine.countTokens(text) : Promise.resolve(null);
  }

  /** Hands a reader's end of the token stream to the engine. False = there is none to take it. */
  connectReader(port: object): boolean {
    return this.#state.engine?.tell({ kind: "reader-port" }, [port]) ?? false;
  }

  /** For readers without a port. False = there is no engine to take it. */
  tellReader(message: ReaderToEngine): boolean {
    return this.#state.engine?.tell(message) ?? false;
  }

  /** Ends everything, as fast as it can without losing words; resolves when the process was told to go. */
  async close(): Promise<void> {
    const ended = new Promise<void>((resolve) => {
      this.#wish = { kind: "closing", onAnswerEnd: resolve };
      setTimeout(resolve, QUIT_GRACE_MS).unref();
    });
    this.#queue.endAll({ kind: "cancelled" });
    // A load that we break off is not the model's fault.
    if (this.#state.kind === "loading") this.#options.marker.clear();
    if (this.#state.kind === "generating" && this.#state.engine.isAlive) {
      this.#cancelAnswer();
      await ended;
    }
    const last = this.#state;
    this.#state = { kind: "idle", engine: null };
    last.engine?.drop();
    this.#loadingDeltas.forget();
    if (last.kind === "generating") last.answer.job.onEnd({ kind: "cancelled" });
  }

  #want(wish: Wish): void {
    if (this.#wish.kind === "closing") return;
    this.#wish = wish;
    this.#advance();
  }

  #wantedModel(): ModelToLoad | null {
    return this.#wish.kind === "model" || this.#wish.kind === "refused" ? this.#wish.model : null;
  }

  /** What is wanted begins when it is gone. */
  #endEngine(): void {
    if (this.#state.engine === null) this.#advance();
    else this.#state.engine.kill();
  }

  /** Does the next thing that has to be done, if any. Called after every change. */
  #advance(): void {
    const wish = this.#wish;
    const state = this.#state;
    if (wish.kind === "closing" || state.engine?.isAlive === false) return;
    const wanted = this.#wantedModel();
    if (state.kind === "loading") {
      if (wanted === null || !isSameLoad(state.load.model, wanted)) this.#cancelLoad(state.engine, state.load);
    } else if (state.kind === "generating") {
      if (wanted !== null && !isSameLoad(state.inMemory.asked, wanted)) this.#cancelAnswer();
    } else if (state.kind === "ready" && wish.kind === "model" && isSameLoad(state.inMemory.asked, wish.model)) {
      this.#wish = { ...wish, now: false };
      const next = this.#queue.next();
      if (next) this.#startAnswer(state.engine, state.inMemory, next);
      else this.#enter(state);
    } else if (wish.kind === "model") {
      if (wish.now || !this.#queue.isEmpty || state.kind === "starting") this.#startLoad(wish.model);
    } else if (wish.kind !== "choosing") {
      if (wish.kind === "refused" && state.kind !== "load-failed")
        this.#enter({ kind: "load-failed", engine: state.engine, modelId: wish.model.id, failure: wish.reason });
      this.#failQueue(wish.kind === "refused" ? wish.reason : failure("model-missing"));
    }
  }

  #failQueue(reason: Failure): void {
    this.#queue.endAll({ kind: "failed", failure: reason, parts: [] });
  }

  #startLoad(model: ModelToLoad): void {
    const { engine: current } = this.#state;
    // One that only sees a GPU takes some of its memory already.
    if (current?.isUsed || (current?.usesGpu && leavesGpuAlone(model))) {
      this.#wish = { kind: "model", model, now: true };
      current.kill();
      return;
    }
    this.#wish = { kind: "model", model, now: false };
    const engine = current ?? this.#start(model.id, leavesGpuAlone(model) ? "processor" : "gpu");
    if (engine === null) return;
    if (engine.saidHello) void this.#load(engine, model);
    else if (this.#state.kind !== "starting" || this.#state.modelId !== model.id)
      this.#enter({ kind: "starting", engine, modelId: model.id });
  }

  /** null: it could not be made, which is told. */
  #start(modelId: ModelId, on: "gpu" | "processor" = "gpu"): Engine | null {
    try {
      const engine: Engine = new Engine(this.#options, on, {
        onMessage: (message) => this.#receive(engine, message),
        onSilence: (isSilent) => this.#showSilence(isSilent),
        onHang: (isCancelled) => this.#hangs(engine, isCancelled),
        onEnd: (isOnPurpose, reason) => this.#ended(engine, isOnPurpose, reason),
      });
      return engine;
    } catch (error) {
      this.#died(modelId, failure("engine-start-failed", undefined, error), null);
      return null;
    }
  }

  async #load(engine: Engine, model: ModelToLoad): Promise<void> {
    const preparesGpu = engine.preparesGpu(model);
    const load: Load = { requestId: this.#options.newRequestId(), model, fraction: null, preparesGpu };
    this.#enter({ kind: "loading", engine, load });
    await this.#options.marker.write([model.id]);
    // Much can happen while a disk writes: another choice, a crash, the end.
    if (this.#state.kind !== "loading" || this.#state.load !== load || this.#wish.kind === "closing") return;
    if (engine.isAlive) engine.load(load.requestId, model);
  }

  #cancelLoad(engine: Engine, { requestId }: Load): void {
    if (engine.isAsked(requestId)) {
      engine.cancel(requestId);
      return;
    }
    this.#options.marker.clear();
    this.#enter({ kind: "idle", engine });
    this.#advance();
  }

  #endLoad(engine: Engine, { requestId, model }: Load, result: EngineResult): void {
    const { marker, log, onLoaded } = this.#options;
    const isCancelled = engine.isCancelled(requestId);
    engine.settled(requestId);
    marker.clear();
    if (result.kind === "loaded") {
      const { architecture, contextSizeTokens } = result.model;
      this.#state = { kind: "ready", engine, inMemory: { model: result.model, asked: model, hasAnswered: false } };
      log("info", "model loaded", { architecture, contextSize: contextSizeTokens });
      onLoaded(result.model);
    } else if (result.kind === "cancelled" || isCancelled) {
      this.#enter({ kind: "idle", engine });
    } else {
      const told =
        result.kind === "failed"
          ? result.failure
          : failure("internal", undefined, "The engine answered a load with text");
      const reason = withFacts(told, model);
      log("warn", "model not loaded", { code: reason.code, cause: reason.cause ?? "" });
      if (this.#wish.kind === "model") this.#wish = { kind: "refused", model: this.#wish.model, reason };
      this.#enter({ kind: "load-failed", engine, modelId: model.id, failure: reason });
    }
    this.#advance();
  }

  #startAnswer(engine: Engine, inMemory: InMemory, job: AnswerJob): void {
    const answer: Answer = { job, phase: "prefill", prefillFraction: 0, unresponsive: false };
    this.#enter({ kind: "generating", engine, inMemory, answer });
    if (job.stack.length === 0) engine.generate(job, []);
    else void this.#resolveAndPost(engine, job, inMemory.model.modelId);
  }

  async #resolveAndPost(engine: Engine, job: AnswerJob, modelId: ModelId): Promise<void> {
    // Much can happen while others read and write files: a stop, a crash, the end.
    const isOver = () => this.#answerOf(job.requestId)?.job !== job || !engine.isAlive;
    const stack = await this.#options.deltas.resolve(job.stack, modelId);
    if (isOver()) return;
    if (!stack.ok) {
      this.#endAnswer({ kind: "failed", failure: stack.failure, parts: [] });
      return;
    }
    const inMemory = new Set(engine.deltas?.loaded.map(({ deltaId }) => deltaId));
    const loading = stack.value.map(({ deltaId }) => deltaId).filter((deltaId) => !inMemory.has(deltaId));
    if (loading.length > 0) await this.#loadingDeltas.begin(job.requestId, loading);
    if (isOver()) this.#loadingDeltas.settled(job.requestId);
    else engine.generate(job, stack.value);
  }

  #answerOf(requestId: RequestId): Answer | null {
    const state = this.#state;
    return state.kind === "generating" && state.answer.job.requestId === requestId ? state.answer : null;
  }

  #cancelAnswer(): void {
    if (this.#state.kind !== "generating") return;
    const { engine, answer } = this.#state;
    const { requestId } = answer.job;
    if (engine.isAsked(requestId)) engine.cancel(requestId);
    else this.#endAnswer({ kind: "cancelled" });
  }

  #endAnswer(end: AnswerJobEnd): void {
    if (this.#state.kind !== "generating") return;
    const { engine, inMemory, answer } = this.#state;
    if (end.kind === "answered") {
      inMemory.hasAnswered = true;
      this.#options.ends.clear(inMemory.model.modelId);
    }
    engine.settled(answer.job.requestId);
    this.#state = { kind: "ready", engine, inMemory };
    this.#tellEnd(answer, end);
    this.#advance();
  }

  #receive(engine: Engine, message: SessionMessage): void {
    switch (message.kind) {
      case "hello":
        this.#advance();
        break;
      case "load-progress":
        this.#showLoadProgress(engine, message.requestId, message.fraction);
        break;
      case "prefill-progress":
        this.#showAnswer(message.requestId, message.fraction >= 1 ? "decode" : null, message.fraction);
        break;
      case "deltas-settled":
        this.#loadingDeltas.settled(message.requestId);
        break;
      case "checkpoint":
        this.#showAnswer(message.requestId, "decode");
        this.#answerOf(message.requestId)?.job.onCheckpoint(message.parts);
        break;
      case "end":
        this.#end(engine, message.requestId, message.result);
        break;
    }
  }

  #end(engine: Engine, requestId: RequestId, result: EngineResult): void {
    const state = this.#state;
    if (!engine.isAsked(requestId)) return;
    // An answer also counts when the process was killed meanwhile; a model is gone with its process.
    if (state.kind === "generating" && state.answer.job.requestId === requestId)
      this.#endAnswer(toJobEnd(result, state.inMemory.model));
    else if (state.kind === "loading" && state.load.requestId === requestId && engine.isAlive)
      this.#endLoad(engine, state.load, result);
  }

  #showLoadProgress(engine: Engine, requestId: RequestId, fraction: number): void {
    const state = this.#state;
    if (state.kind !== "loading" || state.load.requestId !== requestId) return;
    if (fraction <= (state.load.fraction ?? -1)) return;
    engine.loadMoved(requestId);
    state.load.fraction = fraction;
    this.#enter(state);
  }

  #showAnswer(requestId: RequestId, phase: Answer["phase"] | null, prefillFraction?: number): void {
    const answer = this.#answerOf(requestId);
    if (answer === null || (answer.phase === phase && prefillFraction === undefined)) return;
    answer.phase = phase ?? answer.phase;
    answer.prefillFraction = prefillFraction ?? answer.prefillFraction;
    this.#enter(this.#state);
  }

  #showSilence(unresponsive: boolean): void {
    const state = this.#state;
    if (state.kind !== "generating" || state.answer.unresponsive === unresponsive) return;
    state.answer.unresponsive = unresponsive;
    this.#enter(state);
  }

  #hangs(engine: Engine, isCancelled: boolean): void {
    if (!isCancelled) {
      engine.killHanging();
      return;
    }
    this.#options.log("warn", "engine did not stop in time");
    // A delta that hangs the engine would hang it again.
    this.#loadingDeltas.blame();
    if (this.#wish.kind === "model") this.#wish = { ...this.#wish, now: true };
    engine.kill();
  }

  #ended(engine: Engine, isOnPurpose: boolean, reason: Failure): void {
    const state = this.#state;
    if (!isOnPurpose) {
      // The next plan puts less on the GPU.
      const isPlans = reason.code === "engine-out-of-gpu-memory";
      this.#died(modelIdOf(state), reason, isPlans ? null : this.#blamed(engine));
      return;
    }
    if (state.kind === "loading") this.#options.marker.clear();
    this.#loadingDeltas.forget();
    this.#enter({ kind: "idle", engine: null });
    if (state.kind === "generating") this.#tellEnd(state.answer, { kind: "cancelled" });
    this.#advance();
  }

  #tellEnd({ job }: Answer, end: AnswerJobEnd): void {
    job.onEnd(end);
    if (this.#wish.kind === "closing") this.#wish.onAnswerEnd();
  }

  /** The model that an end of the process now would be the fault of, most likely; null = of no model's. */
  #blamed(engine: Engine): ModelToLoad | null {
    const state = this.#state;
    if (state.kind === "loading") return engine.isAsked(state.load.requestId) ? state.load.model : null;
    if (!this.#loadingDeltas.isEmpty || (state.kind !== "ready" && state.kind !== "generating")) return null;
    return state.inMemory.hasAnswered ? null : state.inMemory.asked;
  }

  /** `blamed` was loaded by a message or by itself until now; the second time in a row it is refused until somebody asks for it. */
  #died(modelId: ModelId | null, cause: Failure, blamed: ModelToLoad | null): void {
    const state = this.#state;
    const refusal = blamed === null ? null : this.#options.ends.count(blamed);
    const reason =
      refusal === null ? cause : { ...refusal, ...(cause.cause === undefined ? {} : { cause: cause.cause }) };
    this.#loadingDeltas.blame();
    // The note is for an end of the whole app: what ended here is counted.
    if (state.kind === "loading") this.#options.marker.clear();
    this.#enter({ kind: "crashed", engine: null, modelId, failure: reason });
    if (refusal !== null && blamed !== null && this.#wish.kind === "model" && this.#wish.model.id === blamed.id) {
      this.#wish = { kind: "refused", model: this.#wish.model, reason };
      this.#enter({ kind: "load-failed", engine: null, modelId: blamed.id, failure: reason });
    }
    // What waits would only start the same load again. After an answer, the next one gets its chance.
    if (state.kind === "generating") this.#tellEnd(state.answer, { kind: "engine-died", failure: reason });
    else this.#failQueue(reason);
    this.#advance();
  }

  #enter(state: SessionState): void {
    this.#state = state;
    if (this.#wish.kind !== "closing") this.#options.onState(shownState(state));
  }
}

type EngineResult = Extract<FromEngine, { kind: "end" }>["result"];

function toJobEnd(result: EngineResult, model: LoadedModel): AnswerJobEnd {
  if (result.kind === "loaded") {
    return {
      kind: "failed",
      failure: failure("internal", undefined, "The engine answered a message with a model"),
      parts: [],
    };
  }
  return result.kind === "answered" ? { ...result, facts: { ...result.facts, modelName: model.name } } : result;
}
