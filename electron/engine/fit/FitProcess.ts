// Answers questions about models, several at once: only llama.cpp's dry runs wait for each other. Keeps the dry runs of the
// last models. Fit process, without Electron.
import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import type { Llama } from "node-llama-cpp";
import { failure, succeed, type Failure, type Outcome } from "../../contract/failure";
import { CACHE_BLOCK_VALUES } from "../../contract/loadSettings";
import {
  ToFit,
  type Estimate,
  type EstimateRequest,
  type FromFit,
  type MeasuredMachine,
  type MemoryConfiguration,
  type ModelFacts,
} from "../../contract/fitProtocol";
import { NoRoomError } from "../../files/room";
import type { TokenCost } from "../../contract/speed";
import { availableMemory } from "../availableMemory";
import { diagnoseEngine } from "../diagnoseEngine";
import { checkHyperparameters } from "../gguf/checkHyperparameters";
import { checkLoadable } from "../gguf/checkLoadable";
import { checkTensors } from "../gguf/checkTensors";
import { checkVocabularySize } from "../gguf/checkVocabulary";
import { FileByteSource, type ByteSource } from "../gguf/ByteSource";
import { checkPurpose } from "../gguf/checkPurpose";
import type { ReadParts } from "../gguf/fileKind";
import { metadataNumber, metadataText, readGgufHeader, type GgufHeader } from "../gguf/readGgufHeader";
import { answerDeltaQuery } from "./answerDeltaQuery";
import { devicesUsed, gpuDevices } from "../gpuDevices";
import { describeFormat } from "./describeFormat";
import { describeModel } from "./describeModel";
import { batchTokens } from "../batchSize";
import { contextNeed, type DryRuns } from "./contextNeed";
import { DryRunLane } from "./DryRunLane";
import { DryRunFailed, ModelDryRun } from "./estimateMemory";
import { probeMachine } from "../speed/probeMachine";
import { tokenCost } from "../speed/tokenCost";
import { readModelShape, type ModelShape } from "./readModelShape";
import { onProcessor, repackedBytes, type Repacked } from "./repackedBytes";
import { withSmallVocabulary } from "./smallVocabulary";
import { vocabularyMemoryBytes } from "./vocabularyMemory";
import { stubPath, writeStub, type StubWeights } from "./writeStub";

/** Models whose dry runs are kept: with more, what llama.cpp read of them adds up. */
const MAX_OPEN_MODELS = 4;

interface OpenModel {
  key: string;
  /** Of its stubs, which llama.cpp reads again for another number of layers on the GPU. */
  folder: string;
  /** Questions that are being answered with it: its folder stays. */
  users: number;
  architecture: string;
  runs: DryRuns;
  /** Of weights that the processor keeps. */
  repacked: (configuration: MemoryConfiguration) => Repacked;
  vocabularyBytes: number;
  tokenCost: TokenCost;
  canQuantizeCache: boolean;
}

type FitQuestion = Exclude<ToFit, { kind: "bytes" | "read-failed" | "cancel" }>;

/** Whose bytes are read. */
interface PartOfQuestion {
  id: number;
  part: number;
  signal: AbortSignal;
}

interface Part {
  shape: ModelShape;
  header: GgufHeader;
  sizeBytes: number;
}

export interface FitProcessOptions {
  llama: Promise<Llama>;
  post: (message: FromFit) => void;
  /** For stubs, in a folder for each model. */
  scratchFolder: string;
  /** Whether llama.cpp's dry run failed since this was asked last. */
  guessed: () => boolean;
}

export class FitProcess {
  readonly #options: FitProcessOptions;
  /** By question. */
  readonly #cancels = new Map<number, AbortController>();
  readonly #dryRuns = new DryRunLane();
  /** By key, the one used last at the end. */
  readonly #open = new Map<string, OpenModel>();
  readonly #opening = new Map<string, Promise<Outcome<OpenModel>>>();
  #nextFolder = 1;
  readonly #reads = new Map<number, (outcome: Outcome<Uint8Array>) => void>();
  #nextReadId = 1;

  constructor(options: FitProcessOptions) {
    this.#options = options;
  }

  /** Each question is answered once, also one that is cancelled. */
  receive(data: unknown): void {
    const message = ToFit.parse(data);
    switch (message.kind) {
      case "bytes":
        this.#reads.get(message.readId)?.(succeed(message.bytes));
        return;
      case "read-failed":
        this.#reads.get(message.readId)?.({ ok: false, failure: message.failure });
        return;
      case "cancel":
        this.#cancels.get(message.id)?.abort();
        return;
      default:
        void this.#respond(message);
    }
  }

  async #respond(question: FitQuestion): Promise<void> {
    const { post } = this.#options;
    const { id } = question;
    const cancel = new AbortController();
    this.#cancels.set(id, cancel);
    try {
      const outcome = await this.#answer(question, cancel.signal);
      post(outcome.ok ? outcome.value : { kind: "failed", id, failure: outcome.failure });
    } catch (error) {
      post({ kind: "failed", id, failure: failureOf(error, cancel.signal) });
    } finally {
      this.#cancels.delete(id);
    }
  }

  async #answer(question: FitQuestion, signal: AbortSignal): Promise<Outcome<FromFit>> {
    const { id } = question;
    switch (question.kind) {
      case "machine":
        return succeed({ kind: "machine", id, machine: await this.#measureMachine() });
      case "probe": {
        const llama = await untilAborted(this.#options.llama, signal);
        const folder = path.join(this.#options.scratchFolder, "probe");
        const { threads } = question;
        const speed = await this.#dryRuns.run(true, signal, () => probeMachine({ llama, threads, folder, signal }));
        return succeed({ kind: "probed", id, speed });
      }
      case "diagnose": {
        const llama = await untilAborted(this.#options.llama, signal);
        const engine = await this.#dryRuns.run(true, signal, () => diagnoseEngine(llama));
        return succeed({ kind: "diagnosed", id, engine });
      }
      case "describe": {
        const facts = await this.#describe(id, question.part, signal);
        return facts.ok ? succeed({ kind: "described", id, facts: facts.value }) : facts;
      }
      case "describe-format": {
        const llama = await this.#options.llama;
        const format = await this.#dryRuns.run(true, signal, () => describeFormat(question.path, llama));
        return format.ok ? succeed({ kind: "format-described", id, format: format.value }) : format;
      }
      case "stub": {
        const { parts, folder } = question;
        const written = await this.#writeStubs(id, parts, folder, "hole", signal);
        return written.ok ? succeed({ kind: "stubbed", id, path: stubPath(folder, 0, parts.length) }) : written;
      }
      case "estimate": {
        const estimate = await this.#estimate(question, signal);
        return estimate.ok ? succeed({ kind: "estimated", id, estimate: estimate.value }) : estimate;
      }
      default:
        return answerDeltaQuery(question);
    }
  }

  async #estimate(request: EstimateRequest, signal: AbortSignal): Promise<Outcome<Estimate>> {
    const opened = await this.#model(request, signal);
    if (!opened.ok) return opened;
    const model = opened.value;
    try {
      return succeed(await this.#estimateWith(model, request, signal));
    } catch (error) {
      if (!signal.aborted && this.#open.get(model.key) === model) this.#open.delete(model.key);
      throw error;
    } finally {
      model.users--;
      await this.#removeUnused(model);
    }
  }

  async #estimateWith(
    { runs, architecture, ...facts }: OpenModel,
    { contextSizesTokens, configuration, isUrgent }: EstimateRequest,
    signal: AbortSignal,
  ): Promise<Estimate> {
    // One size at a time: what a user waits for does not wait for a whole curve.
    const dryRun = <Value>(task: () => Promise<Value>): Promise<Value> =>
      this.#dryRuns.run(isUrgent, signal, () => {
        this.#options.guessed();
        return task();
      });
    const contexts: Estimate["contexts"] = [];
    for (const size of contextSizesTokens) contexts.push(await dryRun(() => contextNeed(runs, size, configuration)));
    const repacked = facts.repacked(configuration);
    return {
      architecture,
      trainContextSizeTokens: runs.real.trainContextSizeTokens,
      layers: runs.real.layers,
      canQuantizeCache: facts.canQuantizeCache,
      weights: await dryRun(() => runs.real.weights(configuration)),
      repackedBytes: repacked.bytes,
      tiedOutputBytes: repacked.tiedOutputBytes,
      vocabularyBytes: facts.vocabularyBytes,
      tokenCost: facts.tokenCost,
      contexts,
    };
  }

  /** Read once for all who ask for it at the same time; whoever finds that it failed for another reads it again. Its user is counted. */
  async #model(request: EstimateRequest, signal: AbortSignal): Promise<Outcome<OpenModel>> {
    const { key } = request;
    for (;;) {
      const open = this.#open.get(key);
      if (open !== undefined) {
        this.#open.delete(key);
        this.#open.set(key, open);
        open.users++;
        return succeed(open);
      }
      const others = this.#opening.get(key);
      if (others === undefined) break;
      await untilAborted(
        others.catch(() => undefined),
        signal,
      );
    }
    const opening = this.#openModel(request, signal);
    this.#opening.set(key, opening);
    return opening;
  }

  async #openModel(request: EstimateRequest, signal: AbortSignal): Promise<Outcome<OpenModel>> {
    const folder = path.join(this.#options.scratchFolder, String(this.#nextFolder++));
    let isOpen = false;
    try {
      const opened = await this.#readModel(request, folder, signal);
      if (opened.ok) this.#open.set(request.key, opened.value);
      isOpen = opened.ok;
      return opened;
    } finally {
      if (!isOpen) await removeFolder(folder);
      this.#opening.delete(request.key);
    }
  }

  async #removeUnused(used: OpenModel): Promise<void> {
    if (used.users === 0 && this.#open.get(used.key) !== used) await removeFolder(used.folder);
    for (const model of this.#open.values()) {
      if (this.#open.size <= MAX_OPEN_MODELS) return;
      if (model.users > 0) continue;
      this.#open.delete(model.key);
      await removeFolder(model.folder);
    }
  }

  async #readModel(
    { id, key, parts }: EstimateRequest,
    folder: string,
    signal: AbortSignal,
  ): Promise<Outcome<OpenModel>> {
    const { guessed } = this.#options;
    const folders = { real: path.join(folder, "real"), small: path.join(folder, "small") };
    const written = await this.#writeStubs(id, parts, folders.real, "nothing", signal);
    if (!written.ok) return written;
    const [first] = written.value;
    if (first === undefined) throw new Error("a model without parts");
    // It starts while the header is read.
    const llama = await untilAborted(this.#options.llama, signal);
    await emptied(folders.small);
    const smallTokens = await writeSmallStubs(written.value, folders.small, llama.gpu !== false);
    const tensors = written.value.flatMap(({ header }) => header.tensors);
    const real = await ModelDryRun.open(llama, stubPath(folders.real, 0, parts.length), guessed);
    const touched =
      smallTokens === null
        ? null
        : { ...smallTokens, run: await ModelDryRun.open(llama, stubPath(folders.small, 0, parts.length), guessed) };
    return succeed({
      key,
      folder,
      users: 1,
      architecture: metadataText(first.header, "general.architecture") ?? "",
      runs: { real, touched },
      repacked: ({ gpuLayers }) =>
        repackedBytes(tensors, llama.systemInfo, onProcessor(llama.gpu, gpuLayers, real.layers)),
      vocabularyBytes: vocabularyMemoryBytes(first.shape.vocabulary),
      tokenCost: tokenCost(first.header, tensors),
      canQuantizeCache: headSizes(first.header).every((size) => size % CACHE_BLOCK_VALUES === 0),
    });
  }

  /** All parts into an emptied folder. */
  async #writeStubs(
    id: number,
    parts: EstimateRequest["parts"],
    folder: string,
    weights: StubWeights,
    signal: AbortSignal,
  ): Promise<Outcome<Part[]>> {
    await emptied(folder);
    const read: Part[] = [];
    for (const [index, part] of parts.entries()) {
      signal.throwIfAborted();
      const at = { id, part: index, signal };
      const written = await this.#withSource(at, part, async (source, failureOf): Promise<Outcome<Part>> => {
        // On this computer the vocabulary costs little to read, and can be as hostile as the rest.
        const whole = part.path === null ? null : await readGgufHeader(source, { withVocabulary: true });
        if (whole?.ok === false) return whole;
        const isFirst = index === 0;
        const loadable =
          whole === null || (isFirst && !isModel(whole.value))
            ? succeed(undefined)
            : checkLoadable(whole.value, isFirst);
        if (!loadable.ok) return loadable;
        const shape = await readModelShape(source, { exact: whole !== null });
        if (!shape.ok) return { ok: false, failure: failureOf() ?? shape.failure };
        const file = stubPath(folder, index, parts.length);
        const header = await writeStub(shape.value, part.sizeBytes, file, weights);
        if (!header.ok) return header;
        const one: Part = { shape: shape.value, header: header.value, sizeBytes: part.sizeBytes };
        // What is no model that writes text is called by its kind, not by what it lacks.
        const purpose = isFirst ? checkPurpose(readParts(one, parts.length === 1 ? [one] : null)) : succeed(undefined);
        const checked = purpose.ok && whole === null ? checkWithoutVocabulary(one, isFirst) : purpose;
        return checked.ok ? succeed(one) : checked;
      });
      if (!written.ok) return written;
      read.push(written.value);
    }
    const [first] = read;
    const purpose = first === undefined ? succeed(undefined) : checkPurpose(readParts(first, read));
    return purpose.ok ? succeed(read) : purpose;
  }

  async #withSource<Value>(
    at: PartOfQuestion,
    { path: file, sizeBytes }: EstimateRequest["parts"][number],
    use: (source: ByteSource, failureOf: () => Failure | null) => Promise<Outcome<Value>>,
  ): Promise<Outcome<Value>> {
    if (file !== null) {
      const source = await FileByteSource.open(file);
      if (!source.ok) return source;
      try {
        return await use(source.value, () => null);
      } finally {
        await source.value.close();
      }
    }
    let failed: Failure | null = null;
    const read = async (offset: number, lengthBytes: number) => {
      const outcome = await this.#readAtHub(at, offset, lengthBytes);
      if (outcome.ok) return outcome.value;
      failed ??= outcome.failure;
      throw new Error(outcome.failure.code);
    };
    return use({ sizeBytes, read }, () => failed);
  }

  async #readAtHub(
    { id, part, signal }: PartOfQuestion,
    offset: number,
    lengthBytes: number,
  ): Promise<Outcome<Uint8Array>> {
    const readId = this.#nextReadId++;
    const answered = new Promise<Outcome<Uint8Array>>((resolve) => this.#reads.set(readId, resolve));
    this.#options.post({ kind: "read", readId, requestId: id, part, offset, lengthBytes });
    try {
      return await untilAborted(answered, signal);
    } finally {
      this.#reads.delete(readId);
    }
  }

  async #describe(
    id: number,
    part: EstimateRequest["parts"][number],
    signal: AbortSignal,
  ): Promise<Outcome<ModelFacts>> {
    return this.#withSource({ id, part: 0, signal }, part, async (source, failureOf) => {
      const described = await describeModel(source);
      const failed = described.ok ? null : failureOf();
      return failed === null ? described : { ok: false, failure: failed };
    });
  }

  async #measureMachine(): Promise<MeasuredMachine> {
    const started = await this.#options.llama;
    const devices = devicesUsed(await gpuDevices(started));
    return {
      ...(await availableMemory()),
      gpus: devices.map(({ name, totalBytes, freeBytes, backend }) => ({ name, totalBytes, freeBytes, backend })),
      sharesMemory: devices[0]?.kind === "integrated",
      cores: started.cpuMathCores,
    };
  }
}

function failureOf(error: unknown, signal: AbortSignal): Failure {
  if (signal.aborted) return failure("request-cancelled", undefined, error);
  if (error instanceof NoRoomError)
    return failure("disk-full", { missingBytes: String(Math.ceil(error.missingBytes)) }, error);
  return failure(error instanceof DryRunFailed ? "estimate-failed" : "internal", undefined, error);
}

/** `all`: null while others than the first are not read. */
function readParts({ header, shape: { hasTokenizer } }: Part, all: readonly Part[] | null): ReadParts {
  return { header, tensors: all?.flatMap((part) => part.header.tensors) ?? null, hasTokenizer };
}

/** What is no model that writes text is called by its kind (checkPurpose), not by what it lacks. */
function isModel(header: GgufHeader): boolean {
  return checkPurpose({ header, tensors: null, hasTokenizer: true }).ok;
}

/** checkLoadable of a file at the hub: its tokens are only counted. What is in them is found when the file is here. */
function checkWithoutVocabulary({ header, shape: { vocabulary } }: Part, isFirst: boolean): Outcome<undefined> {
  const tensors = checkTensors(header);
  if (!tensors.ok || !isFirst || !isModel(header)) return tensors;
  const values = checkHyperparameters(header);
  return values.ok && vocabulary.tokens > 0 ? checkVocabularySize(header, vocabulary.tokens) : values;
}

/** How large its vocabulary is there and in truth; null when the model has none to make smaller. */
async function writeSmallStubs(
  parts: readonly Part[],
  folder: string,
  hasGpu: boolean,
): Promise<{ tokens: number; realTokens: number } | null> {
  const embedding = parts.flatMap(({ header }) => header.tensors).find(({ name }) => name === "token_embd.weight");
  const realTokens = embedding?.dimensions[1];
  if (realTokens === undefined) return null;
  let tokens: number | null = null;
  for (const [index, { shape, header, sizeBytes }] of parts.entries()) {
    const small = withSmallVocabulary(shape, header, realTokens, batchTokens(Number.POSITIVE_INFINITY, hasGpu));
    tokens = small?.tokens ?? tokens;
    const file = stubPath(folder, index, parts.length);
    const written = await writeStub(small?.shape ?? shape, sizeBytes, file, "nothing");
    if (!written.ok) return null;
  }
  return tokens === null ? null : { tokens, realTokens };
}

/** Of keys and values; empty where the file does not say. */
function headSizes(header: GgufHeader): number[] {
  const architecture = metadataText(header, "general.architecture") ?? "";
  const number = (key: string) => metadataNumber(header, `${architecture}.${key}`);
  const heads = number("attention.head_count");
  const embedding = number("embedding_length");
  const usual = heads === undefined || embedding === undefined || heads === 0 ? undefined : embedding / heads;
  return [number("attention.key_length") ?? usual, number("attention.value_length") ?? usual].filter(
    (size) => size !== undefined,
  );
}

async function emptied(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  await mkdir(folder, { recursive: true });
}

/** Stubs take next to no room, and the whole folder goes with the process. */
async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 5 }).catch(() => undefined);
}

/** Rejects with the signal's reason once it is aborted. */
async function untilAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  signal.throwIfAborted();
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason)));
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
