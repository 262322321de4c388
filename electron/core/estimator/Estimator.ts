// Judges whether models fit, one at a time in the fit process; remembers needs by content, context size and KV cache type.
import { fail, Failure, failure, succeed, type Outcome } from "../../contract/failure";
import type { DeltaDetails } from "../../contract/deltaDetails";
import type { DeltaFacts } from "../../contract/deltas";
import { FileKind } from "../../contract/fileKind";
import type { Fit, FitMachine, KvCacheType } from "../../contract/fit";
import {
  FromFit,
  type ContextNeed,
  type DeltaMatch,
  type Estimate,
  type EstimateRequest,
  type MeasuredMachine,
  type MemoryConfiguration,
  type MemoryNeed,
  type ModelFacts,
  type ToFit,
} from "../../contract/fitProtocol";
import type { DeltaId } from "../../contract/ids";
import type { PairFacts } from "../../contract/makeDelta";
import type { ModelFormat } from "../../contract/modelFormat";
import type { Log } from "../LogFile";
import { judgeFit } from "./judgeFit";

/** An answer takes 0.1 to 2 s on a slow machine; the network has a limit of its own. */
const ANSWER_TIMEOUT_MS = 60_000;
/** Then the process and its memory are given back. */
const IDLE_MS = 120_000;
const WATCH_MS = 250;
/** The process has 150 to 250 MB; a file that makes it take more is no model to judge. */
const MAX_PROCESS_BYTES = 1_500_000_000;
/** Free memory changes while other programs work, but not within one look at a list. */
const MACHINE_AGE_MS = 2_000;
const MAX_REMEMBERED_MODELS = 300;
/** Each with its template and samples: 10 KB as a rule, 1 MB at most. */
const MAX_REMEMBERED_FORMATS = 20;
/**
 * Assertions, exceptions and wrong memory accesses of llama.cpp: the signals SIGILL, SIGABRT, SIGBUS, SIGFPE and SIGSEGV, as Electron and
 * as a shell report them, and what Windows has for them. The engine would end the same way.
 */
const CRASH_CODES: ReadonlySet<number> = new Set([
  4, 6, 7, 8, 10, 11, 132, 134, 135, 136, 138, 139, 0xc000_0005, 0xc000_001d, 0xc000_0094, 0xc000_0409, 3,
]);
/** What a file itself shows, so that it is so however often it is asked. */
const UNUSABLE: ReadonlySet<string> = new Set([
  "model-not-gguf",
  "model-truncated",
  "model-damaged",
  "model-architecture-unknown",
  "model-tokenizer-unknown",
  "model-vocabulary-unusable",
  "model-needs-other-build",
  "model-is-not-a-chat-model",
  "model-ends-engine",
]);
/** Sizes at which every model is estimated; between them the line is straight enough. */
const CURVE_TOKENS = [512, 2048, 4096, 8192, 16_384, 32_768, 65_536, 131_072, 262_144, 524_288, 1_048_576];

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

export interface EstimatorOptions {
  fork: (listeners: FitChildListeners) => FitChild;
  /** Completes what was measured: what the loaded model would give back, and what the system keeps. */
  machineOf: (measured: MeasuredMachine) => FitMachine;
  /** Before it loads anything; as measured when it was started last. */
  engineProcessBytes: () => number;
  log: Log;
  now: () => number;
}

/** How a model would be loaded. */
export interface LoadQuestion extends MemoryConfiguration {
  contextSizeTokens: number;
  /** null = as suits the model. */
  mmap: boolean | null;
  /** As if the model's weights were this part of what they are, quantized for example; 1 when absent. */
  weightsShare?: number;
}

export type Extent = "all-sizes" | "this-size";

export interface JudgeOptions {
  extent?: Extent;
  /** What deltas take beside the model. */
  deltasBytes?: number;
  signal?: AbortSignal | undefined;
}

/** With one type for keys and values and the rest as usual: what lists of models are judged with. */
export function usualQuestion(contextSizeTokens: number, kvCacheType: KvCacheType): LoadQuestion {
  return {
    contextSizeTokens,
    keyCacheType: kvCacheType,
    valueCacheType: kvCacheType,
    flashAttention: true,
    gpuLayers: null,
    mmap: null,
    conversations: 1,
  };
}

/** A verdict and what it rests on; estimate is null when nothing can be known. */
export interface Judgement {
  fit: Fit;
  estimate: Omit<Estimate, "contexts"> | null;
  /** Why nothing is known, with its details; null when something is. */
  failure: Failure | null;
}

interface Known {
  estimate: Estimate;
  /** Ascending. */
  curve: ContextNeed[];
}

interface Waiting {
  id: number;
  model: FitModel | null;
  settle: (answer: Answer) => void;
}

type Told = Exclude<FromFit, { kind: "read" | "log" | "failed" }>;
/** The id is of no use once the answer has found its question. */
type Answer =
  | { [Kind in Told["kind"]]: Omit<Extract<Told, { kind: Kind }>, "id"> }[Told["kind"]]
  | { kind: "failed"; failure: Failure };

/** Nobody waits for it any more: not asked. What the process is at is left to finish; its reads at the hub are ended by their source. */
const CANCELLED: Answer = { kind: "failed", failure: failure("request-cancelled") };

export class Estimator {
  readonly #options: EstimatorOptions;
  /** By model and configuration. */
  readonly #known = new Map<string, Known>();
  readonly #facts = new Map<string, ModelFacts>();
  readonly #formats = new Map<string, ModelFormat>();
  /** Contents that no memory makes usable. */
  readonly #unusable = new Map<string, Failure>();
  #child: FitChild | null = null;
  #waiting: Waiting | null = null;
  #last: Promise<unknown> = Promise.resolve();
  #nextId = 1;
  #idle: NodeJS.Timeout | null = null;
  #machine: { atMs: number; measured: MeasuredMachine } | null = null;

  constructor(options: EstimatorOptions) {
    this.#options = options;
  }

  /**
   * Always a verdict; what cannot be estimated is "unknown" and says why: "request-cancelled" once `signal` is aborted.
   * `extent` "this-size" asks for one context size only, which is fast, and does not say which size would fit instead.
   */
  async judge(
    model: FitModel,
    question: LoadQuestion,
    { extent = "all-sizes", deltasBytes = 0, signal }: JudgeOptions = {},
  ): Promise<Judgement> {
    const { contextSizeTokens: wished, mmap, weightsShare = 1, ...configuration } = question;
    const key = knownKey(model, configuration);
    // The machine second: while a new process loads llama.cpp, the header is being read.
    const failed =
      this.#unusable.get(model.key) ?? (await this.#need(model, key, wished, configuration, extent, signal));
    if (failed && isUnusable(failed)) remember(this.#unusable, model.key, failed);
    const machine = await this.machine();
    const known = this.#known.get(key);
    // Without a measured machine no verdict either: 0 bytes free would say "does not fit".
    if (failed || !known || this.#machine === null)
      return this.unknown(question, failed ?? failure("estimate-failed"), model.fetchedBytes());
    const { curve } = known;
    const estimate =
      weightsShare === 1
        ? known.estimate
        : { ...known.estimate, weights: scaled(known.estimate.weights, weightsShare) };
    const contextSizeTokens = Math.min(wished, estimate.trainContextSizeTokens ?? wished);
    const fit = judgeFit({
      estimate,
      machine,
      contextSizeTokens,
      conversations: configuration.conversations,
      curve: extent === "all-sizes" ? curve : curve.filter((point) => point.contextSizeTokens <= contextSizeTokens),
      mmap: mmap ?? mapsWell(estimate),
      engineProcessBytes: this.#options.engineProcessBytes(),
      deltasBytes,
      fetchedBytes: model.fetchedBytes(),
    });
    return { fit, estimate, failure: null };
  }

  async unknown(
    { contextSizeTokens, conversations }: Pick<LoadQuestion, "contextSizeTokens" | "conversations">,
    why: Failure,
    fetchedBytes = 0,
  ): Promise<Judgement> {
    const kind = why.code === "model-is-not-a-chat-model" ? FileKind.safeParse(why.details?.["kind"]) : null;
    const fit: Fit = {
      verdict: "unknown",
      parts: null,
      neededBytes: null,
      onGpuBytes: 0,
      machine: await this.machine(),
      contextSizeTokens,
      conversations,
      trainContextSizeTokens: null,
      largestContextTokens: null,
      architecture: null,
      fileKind: kind?.success ? kind.data : null,
      failureCode: why.code,
      fetchedBytes,
    };
    return { fit, estimate: null, failure: why };
  }

  async machine(): Promise<FitMachine> {
    const { now, machineOf } = this.#options;
    if (this.#machine === null || now() - this.#machine.atMs > MACHINE_AGE_MS) {
      const answer = await this.#ask(null, (id) => ({ kind: "machine", id }));
      if (answer.kind === "machine") this.#machine = { atMs: now(), measured: answer.machine };
    }
    return machineOf(
      this.#machine?.measured ?? { availableBytes: 0, swapFreeBytes: 0, gpus: [], sharesMemory: false, cores: 1 },
    );
  }

  /** Writes the model without weights into `folder`, which is emptied; gives the file that llama.cpp plans with. */
  async writeStub(model: FitModel, folder: string): Promise<Outcome<string>> {
    const parts: EstimateRequest["parts"] = model.parts.map(({ path, sizeBytes }) => ({ path, sizeBytes }));
    const answer = await this.#ask(model, (id) => ({ kind: "stub", id, parts, folder }));
    if (answer.kind === "failed") return { ok: false, failure: answer.failure };
    return answer.kind === "stubbed" ? succeed(answer.path) : fail("internal");
  }

  /** What a model's header says; of a split model its first part's. Failures: the file's, the hub's, "estimate-failed". */
  async describe(model: FitModel): Promise<Outcome<ModelFacts>> {
    const known = this.#facts.get(model.key);
    if (known) return succeed(known);
    const [first] = model.parts;
    if (first === undefined) throw new Error("a model without parts");
    const part = { path: first.path, sizeBytes: first.sizeBytes };
    const answer = await this.#ask(model, (id) => ({ kind: "describe", id, part }));
    if (answer.kind !== "described") return notAnswered(answer);
    remember(this.#facts, model.key, answer.facts);
    return succeed(answer.facts);
  }

  /**
   * How conversations are written for a model on this computer, as its file says.
   * Failures: those of checkChatModel, "model-load-failed", "model-ends-engine".
   */
  async describeFormat(model: FitModel): Promise<Outcome<ModelFormat>> {
    const known = this.#formats.get(model.key);
    if (known) return succeed(known);
    const unusable = this.#unusable.get(model.key);
    if (unusable) return { ok: false, failure: unusable };
    const path = model.parts[0]?.path ?? null;
    if (path === null) throw new Error("a model without a file");
    const answer = await this.#ask(model, (id) => ({ kind: "describe-format", id, path }));
    if (answer.kind !== "format-described") {
      if (answer.kind === "failed" && isUnusable(answer.failure)) remember(this.#unusable, model.key, answer.failure);
      return notDescribed(answer);
    }
    remember(this.#formats, model.key, answer.format, MAX_REMEMBERED_FORMATS);
    return succeed(answer.format);
  }

  /** What a delta file says of itself, when all of it is sound. */
  async inspectDelta(path: string): Promise<Outcome<DeltaFacts>> {
    const answer = await this.#ask(null, (id) => ({ kind: "inspect-delta", id, path }));
    return answer.kind === "delta-inspected" ? succeed(answer.facts) : notAnswered(answer);
  }

  /** How each of the deltas goes with a model. */
  async matchDeltas(modelPath: string, deltas: { deltaId: DeltaId; path: string }[]): Promise<Outcome<DeltaMatch[]>> {
    const answer = await this.#ask(null, (id) => ({ kind: "match-deltas", id, modelPath, deltas }));
    return answer.kind === "deltas-matched" ? succeed(answer.matches) : notAnswered(answer);
  }

  /** What a delta's header says beyond its facts. */
  async describeDelta(path: string): Promise<Outcome<DeltaDetails>> {
    const answer = await this.#ask(null, (id) => ({ kind: "describe-delta", id, path }));
    return answer.kind === "delta-described" ? succeed(answer.details) : notAnswered(answer);
  }

  /** Whether a delta could be made of these two, as their headers tell. */
  async previewPair(basePath: string, fineTunePath: string): Promise<Outcome<PairFacts>> {
    const answer = await this.#ask(null, (id) => ({ kind: "preview-pair", id, basePath, fineTunePath }));
    return answer.kind === "pair-previewed" ? succeed(answer.pair) : notAnswered(answer);
  }

  close(): void {
    this.#end();
  }

  /** Fills in what is missing of the model's curve; null = it is all there. */
  async #need(
    model: FitModel,
    key: string,
    wished: number,
    configuration: MemoryConfiguration,
    extent: Extent,
    signal: AbortSignal | undefined,
  ): Promise<Failure | null> {
    const missing = (): number[] => {
      const known = this.#known.get(key);
      const train = known?.estimate.trainContextSizeTokens ?? null;
      const curve = extent === "this-size" ? [] : CURVE_TOKENS;
      const first = extent === "this-size" ? wished : Math.min(wished, CURVE_TOKENS[0] ?? wished);
      const sizes = known === undefined ? [first] : curve.filter((size) => size <= (train ?? 131_072));
      const ends = extent === "this-size" || train === null ? [] : [Math.min(train, 1_048_576)];
      const exact = known === undefined ? [] : [train === null ? wished : Math.min(wished, train), ...ends];
      const have = new Set(known?.curve.map(({ contextSizeTokens }) => contextSizeTokens));
      return [...new Set([...sizes, ...exact])].filter((size) => !have.has(size)).sort((a, b) => a - b);
    };
    // The first answer says what the model was trained for; the second asks up to there.
    for (let round = 0; round < 2; round++) {
      const sizes = missing();
      if (sizes.length === 0) return null;
      const failed = await this.#estimate(model, key, sizes, configuration, signal);
      if (failed) return failed;
    }
    return null;
  }

  async #estimate(
    model: FitModel,
    key: string,
    contextSizesTokens: number[],
    configuration: MemoryConfiguration,
    signal: AbortSignal | undefined,
  ): Promise<Failure | null> {
    const parts: EstimateRequest["parts"] = model.parts.map(({ path, sizeBytes }) => ({ path, sizeBytes }));
    const answer = await this.#ask(
      model,
      (id) => ({ kind: "estimate", id, key: model.key, parts, contextSizesTokens, configuration }),
      signal,
    );
    if (answer.kind === "failed") return answer.failure;
    if (answer.kind !== "estimated") return failure("internal");
    const { estimate } = answer;
    const before = this.#known.get(key)?.curve ?? [];
    const asked = new Set(estimate.contexts.map(({ contextSizeTokens }) => contextSizeTokens));
    const curve = [...before.filter((point) => !asked.has(point.contextSizeTokens)), ...estimate.contexts];
    this.#known.delete(key);
    this.#known.set(key, { estimate, curve: curve.sort((a, b) => a.contextSizeTokens - b.contextSizeTokens) });
    const oldest = this.#known.keys().next().value;
    if (this.#known.size > MAX_REMEMBERED_MODELS && oldest !== undefined) this.#known.delete(oldest);
    return null;
  }

  /** One question at a time. A process that takes too long or too much memory is ended, and the question fails. */
  #ask(model: FitModel | null, message: (id: number) => ToFit, signal?: AbortSignal): Promise<Answer> {
    const asked = this.#last.then(() => (signal?.aborted ? CANCELLED : this.#askNow(model, message)));
    this.#last = asked;
    return asked;
  }

  async #askNow(model: FitModel | null, message: (id: number) => ToFit): Promise<Answer> {
    if (this.#idle) clearTimeout(this.#idle);
    const id = this.#nextId++;
    const child = this.#running();
    const startedMs = this.#options.now();
    const watch = setInterval(() => {
      const tooLong = this.#options.now() - startedMs > ANSWER_TIMEOUT_MS;
      if (!tooLong && (child.residentBytes() ?? 0) <= MAX_PROCESS_BYTES) return;
      this.#options.log("warn", "fit process ended", { why: tooLong ? "time" : "memory" });
      this.#end();
    }, WATCH_MS);
    try {
      return await new Promise<Answer>((settle) => {
        this.#waiting = { id, model, settle };
        child.post(message(id));
      });
    } finally {
      clearInterval(watch);
      this.#waiting = null;
      this.#idle = setTimeout(() => this.#end(), IDLE_MS);
      this.#idle.unref();
    }
  }

  #running(): FitChild {
    if (this.#child) return this.#child;
    const child: FitChild = this.#options.fork({
      onMessage: (data) => this.#receive(child, data),
      onExit: (code) => {
        if (this.#child !== child) return;
        this.#child = null;
        if (code !== 0) this.#options.log("warn", "fit process died", { code });
        const why =
          code !== null && CRASH_CODES.has(code) && this.#waiting?.model ? "model-ends-engine" : "estimate-failed";
        this.#waiting?.settle({
          kind: "failed",
          failure: failure(why, undefined, `the process ended with code ${code}`),
        });
      },
    });
    this.#child = child;
    return child;
  }

  #receive(child: FitChild, data: unknown): void {
    const parsed = FromFit.safeParse(data);
    if (!parsed.success || child !== this.#child) return;
    const message = parsed.data;
    const waiting = this.#waiting;
    if (message.kind === "log") this.#options.log(message.level, "fit", { message: message.message });
    else if (message.kind === "read") void this.#read(child, message);
    else if (waiting?.id === message.id) waiting.settle(message);
  }

  async #read(
    child: FitChild,
    { readId, requestId, part, offset, lengthBytes }: Extract<FromFit, { kind: "read" }>,
  ): Promise<void> {
    const source = this.#waiting?.id === requestId ? this.#waiting.model?.parts[part]?.read : null;
    try {
      if (!source) throw new Error("nobody asked for this file");
      child.post({ kind: "bytes", readId, bytes: await source(offset, lengthBytes) });
    } catch (error) {
      child.post({ kind: "read-failed", readId, failure: failureOf(error) });
    }
  }

  #end(): void {
    const child = this.#child;
    this.#child = null;
    child?.kill();
    this.#waiting?.settle({ kind: "failed", failure: failure("estimate-failed", undefined, "the process was ended") });
  }
}

function notAnswered(answer: Answer): Outcome<never> {
  return { ok: false, failure: answer.kind === "failed" ? answer.failure : failure("internal") };
}

/** Of a question that has nothing to do with memory: that a process was ended says only that the file cannot be used. */
function notDescribed(answer: Answer): Outcome<never> {
  const outcome = notAnswered(answer);
  if (outcome.ok || outcome.failure.code !== "estimate-failed") return outcome;
  return { ok: false, failure: { ...outcome.failure, code: "model-load-failed" } };
}

/** Whether a failure is the file's own fault: it will not be loaded, however much memory there is. */
export function isUnusable({ code }: Failure): boolean {
  return UNUSABLE.has(code);
}

function remember<Value>(known: Map<string, Value>, key: string, value: Value, most = MAX_REMEMBERED_MODELS): void {
  if (known.size >= most) known.clear();
  known.set(key, value);
}

function scaled({ ramBytes, gpuBytes }: MemoryNeed, share: number): MemoryNeed {
  return { ramBytes: Math.round(ramBytes * share), gpuBytes: Math.round(gpuBytes * share) };
}

/** Mapping a file saves a copy of its weights, unless the processor needs most of them rearranged: then it costs one. */
export function mapsWell({ repackedBytes, weights }: Pick<Estimate, "repackedBytes" | "weights">): boolean {
  return repackedBytes * 2 < weights.ramBytes + weights.gpuBytes;
}

function knownKey(
  { key }: FitModel,
  { keyCacheType, valueCacheType, flashAttention, gpuLayers, conversations }: MemoryConfiguration,
): string {
  return [key, keyCacheType, valueCacheType, flashAttention, gpuLayers, conversations].join(" ");
}

/** Network sources throw errors that carry a failure. */
function failureOf(error: unknown): Failure {
  const told = Failure.safeParse(error instanceof Error && "failure" in error ? error.failure : undefined);
  return told.success ? told.data : failure("model-unreadable", undefined, error);
}
