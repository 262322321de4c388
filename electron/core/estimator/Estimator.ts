// Judges whether models fit, by what the fit process finds; remembers needs by content, context size and KV cache type.
import { fail, failure, succeed, type Failure, type Outcome } from "../../contract/failure";
import type { DeltaDetails } from "../../contract/deltaDetails";
import type { EngineDiagnosis } from "../../contract/diagnosis";
import type { DeltaFacts } from "../../contract/deltas";
import { FileKind } from "../../contract/fileKind";
import type { Fit, FitMachine, KvCacheType } from "../../contract/fit";
import {
  type ContextNeed,
  type DeltaMatch,
  type Estimate,
  type EstimateRequest,
  type MeasuredMachine,
  type MemoryConfiguration,
  type MemoryNeed,
  type ModelFacts,
} from "../../contract/fitProtocol";
import type { DeltaId } from "../../contract/ids";
import type { PairFacts } from "../../contract/makeDelta";
import type { ModelFormat } from "../../contract/modelFormat";
import {
  FitQuestions,
  type FitAnswer,
  type FitModel,
  type FitQuestion,
  type FitQuestionsOptions,
} from "./FitQuestions";
import { judgeFit } from "./judgeFit";

/** Free memory changes while other programs work, but not within one look at a list. */
const MACHINE_AGE_MS = 2_000;
const MAX_REMEMBERED_MODELS = 300;
/** Each with its template and samples: 10 KB as a rule, 1 MB at most. */
const MAX_REMEMBERED_FORMATS = 20;
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

export interface EstimatorOptions extends FitQuestionsOptions {
  /** Completes what was measured: what the loaded model would give back, and what the system keeps. */
  machineOf: (measured: MeasuredMachine) => FitMachine;
  /** Before it loads anything; as measured when it was started last. */
  engineProcessBytes: () => number;
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
  /** A load waits for it, not a list: it goes first. */
  isUrgent?: boolean;
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

/** How the fit process is asked for an estimate. */
type Asking = Pick<JudgeOptions, "signal"> & { isUrgent: boolean };

export class Estimator {
  readonly #options: EstimatorOptions;
  readonly #questions: FitQuestions;
  /** By model and configuration. */
  readonly #known = new Map<string, Known>();
  readonly #facts = new Map<string, ModelFacts>();
  readonly #formats = new Map<string, ModelFormat>();
  /** Contents that no memory makes usable. */
  readonly #unusable = new Map<string, Failure>();
  #machine: { atMs: number; measured: MeasuredMachine } | null = null;
  #measuring: Promise<void> | null = null;

  constructor(options: EstimatorOptions) {
    this.#options = options;
    this.#questions = new FitQuestions(options);
  }

  /**
   * Always a verdict; what cannot be estimated is "unknown" and says why: "request-cancelled" once `signal` is aborted.
   * `extent` "this-size" asks for one context size only, which is fast, and does not say which size would fit instead.
   */
  async judge(
    model: FitModel,
    question: LoadQuestion,
    { extent = "all-sizes", deltasBytes = 0, isUrgent = false, signal }: JudgeOptions = {},
  ): Promise<Judgement> {
    const { contextSizeTokens: requestedTokens, mmap, weightsShare = 1, ...configuration } = question;
    const key = knownKey(model, configuration);
    // The machine second: while a new process loads llama.cpp, the header is being read.
    const failed =
      this.#unusable.get(model.key) ??
      (await this.#need(model, key, requestedTokens, configuration, extent, { isUrgent, signal }));
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
    const contextSizeTokens = Math.min(requestedTokens, estimate.trainContextSizeTokens ?? requestedTokens);
    const fit = judgeFit({
      estimate,
      machine,
      contextSizeTokens,
      conversations: configuration.conversations,
      flashAttention: configuration.flashAttention,
      gpuLayers: configuration.gpuLayers,
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
    if (this.#machine === null || now() - this.#machine.atMs > MACHINE_AGE_MS)
      await (this.#measuring ??= this.#measureMachine());
    return machineOf(
      this.#machine?.measured ?? { availableBytes: 0, swapFreeBytes: 0, gpus: [], sharesMemory: false, cores: 1 },
    );
  }

  async #measureMachine(): Promise<void> {
    const answer = await this.#ask({ message: (id) => ({ kind: "machine", id }) });
    if (answer.kind === "machine") this.#machine = { atMs: this.#options.now(), measured: answer.machine };
    this.#measuring = null;
  }

  /** What computes in the engine. Failure: "estimate-failed". */
  async diagnose(): Promise<Outcome<EngineDiagnosis>> {
    const answer = await this.#ask({ message: (id) => ({ kind: "diagnose", id }) });
    return answer.kind === "diagnosed" ? succeed(answer.engine) : notAnswered(answer);
  }

  /** Writes the model without weights into `folder`, which is emptied; gives the file that llama.cpp plans with. */
  async writeStub(model: FitModel, folder: string): Promise<Outcome<string>> {
    const parts: EstimateRequest["parts"] = model.parts.map(({ path, sizeBytes }) => ({ path, sizeBytes }));
    const answer = await this.#ask({ model, message: (id) => ({ kind: "stub", id, parts, folder }) });
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
    const answer = await this.#ask({ model, message: (id) => ({ kind: "describe", id, part }) });
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
    const answer = await this.#ask({ model, message: (id) => ({ kind: "describe-format", id, path }) });
    if (answer.kind !== "format-described") {
      if (answer.kind === "failed" && isUnusable(answer.failure)) remember(this.#unusable, model.key, answer.failure);
      return notDescribed(answer);
    }
    remember(this.#formats, model.key, answer.format, MAX_REMEMBERED_FORMATS);
    return succeed(answer.format);
  }

  /** What a delta file says of itself, when all of it is sound. */
  async inspectDelta(path: string): Promise<Outcome<DeltaFacts>> {
    const answer = await this.#ask({ message: (id) => ({ kind: "inspect-delta", id, path }) });
    return answer.kind === "delta-inspected" ? succeed(answer.facts) : notAnswered(answer);
  }

  /** How each of the deltas goes with a model. */
  async matchDeltas(modelPath: string, deltas: { deltaId: DeltaId; path: string }[]): Promise<Outcome<DeltaMatch[]>> {
    const answer = await this.#ask({ message: (id) => ({ kind: "match-deltas", id, modelPath, deltas }) });
    return answer.kind === "deltas-matched" ? succeed(answer.matches) : notAnswered(answer);
  }

  /** What a delta's header says beyond its facts. */
  async describeDelta(path: string): Promise<Outcome<DeltaDetails>> {
    const answer = await this.#ask({ message: (id) => ({ kind: "describe-delta", id, path }) });
    return answer.kind === "delta-described" ? succeed(answer.details) : notAnswered(answer);
  }

  /** Whether a delta could be made of these two, by their headers. */
  async previewPair(basePath: string, fineTunePath: string): Promise<Outcome<PairFacts>> {
    const answer = await this.#ask({ message: (id) => ({ kind: "preview-pair", id, basePath, fineTunePath }) });
    return answer.kind === "pair-previewed" ? succeed(answer.pair) : notAnswered(answer);
  }

  /** What computes is another: what is known of needs and of the machine is old. */
  restart(): void {
    this.#known.clear();
    this.#machine = null;
    this.#questions.restart();
  }

  close(): void {
    this.#questions.close();
  }

  /** Fills in what is missing of the model's curve; null = it is all there. */
  async #need(
    model: FitModel,
    key: string,
    requestedTokens: number,
    configuration: MemoryConfiguration,
    extent: Extent,
    asking: Asking,
  ): Promise<Failure | null> {
    const missing = (): number[] => {
      const known = this.#known.get(key);
      const train = known?.estimate.trainContextSizeTokens ?? null;
      const curve = extent === "this-size" ? [] : CURVE_TOKENS;
      const first =
        extent === "this-size" ? requestedTokens : Math.min(requestedTokens, CURVE_TOKENS[0] ?? requestedTokens);
      const sizes = known === undefined ? [first] : curve.filter((size) => size <= (train ?? 131_072));
      const ends = extent === "this-size" || train === null ? [] : [Math.min(train, 1_048_576)];
      const exact =
        known === undefined ? [] : [train === null ? requestedTokens : Math.min(requestedTokens, train), ...ends];
      const have = new Set(known?.curve.map(({ contextSizeTokens }) => contextSizeTokens));
      return [...new Set([...sizes, ...exact])].filter((size) => !have.has(size)).sort((a, b) => a - b);
    };
    // The first answer says what the model was trained for; the second asks up to there.
    for (let round = 0; round < 2; round++) {
      const sizes = missing();
      if (sizes.length === 0) return null;
      const failed = await this.#estimate(model, key, sizes, configuration, asking);
      if (failed) return failed;
    }
    return null;
  }

  async #estimate(
    model: FitModel,
    key: string,
    contextSizesTokens: number[],
    configuration: MemoryConfiguration,
    { isUrgent, signal }: Asking,
  ): Promise<Failure | null> {
    const parts: EstimateRequest["parts"] = model.parts.map(({ path, sizeBytes }) => ({ path, sizeBytes }));
    const answer = await this.#questions.ask({
      model,
      isUrgent,
      signal,
      message: (id) => ({ kind: "estimate", id, key: model.key, parts, contextSizesTokens, configuration, isUrgent }),
    });
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

  /** A user waits for all that files here answer; the network may take long, and must not be in their way. */
  #ask({ model = null, message }: { model?: FitModel | null; message: FitQuestion["message"] }): Promise<FitAnswer> {
    const isUrgent = model === null || model.parts.every(({ read }) => read === null);
    return this.#questions.ask({ model, message, isUrgent });
  }
}

function notAnswered(answer: FitAnswer): Outcome<never> {
  return { ok: false, failure: answer.kind === "failed" ? answer.failure : failure("internal") };
}

/** Of a question that has nothing to do with memory: that a process was ended says only that the file cannot be used. */
function notDescribed(answer: FitAnswer): Outcome<never> {
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
