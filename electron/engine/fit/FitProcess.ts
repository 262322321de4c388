// Answers questions about memory one after the other; keeps the last model's dry run. Fit process, without Electron.
import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import type { Llama } from "node-llama-cpp";
import { failure, succeed, type Failure, type Outcome } from "../../contract/failure";
import { CACHE_BLOCK_VALUES } from "../../contract/loadSettings";
import { ToFit, type Estimate, type EstimateRequest, type FromFit } from "../../contract/fitProtocol";
import { availableMemory } from "../availableMemory";
import { checkHyperparameters } from "../gguf/checkHyperparameters";
import { checkLoadable } from "../gguf/checkLoadable";
import { checkTensors } from "../gguf/checkTensors";
import { checkVocabularySize } from "../gguf/checkVocabulary";
import { FileByteSource, type ByteSource } from "../gguf/ByteSource";
import { checkPurpose } from "../gguf/checkPurpose";
import type { ReadParts } from "../gguf/fileKind";
import { metadataNumber, metadataText, readGgufHeader, type GgufHeader } from "../gguf/readGgufHeader";
import { aboutDeltas } from "./aboutDeltas";
import { describeFormat } from "./describeFormat";
import { describeModel } from "./describeModel";
import { batchTokens } from "../batchSize";
import { contextNeed, type DryRuns } from "./contextNeed";
import { DryRunFailed, ModelDryRun } from "./estimateMemory";
import { readModelShape, type ModelShape } from "./readModelShape";
import { repackedBytes, type Repacked } from "./repackedBytes";
import { withSmallVocabulary } from "./smallVocabulary";
import { vocabularyMemoryBytes } from "./vocabularyMemory";
import { stubPath, writeStub } from "./writeStub";

interface OpenModel {
  key: string;
  architecture: string;
  runs: DryRuns;
  repacked: Repacked;
  vocabularyBytes: number;
  canQuantizeCache: boolean;
}

interface Part {
  shape: ModelShape;
  header: GgufHeader;
  sizeBytes: number;
}

export interface FitProcessOptions {
  llama: Promise<Llama>;
  post: (message: FromFit) => void;
  /** For stubs; emptied for each model. */
  scratchFolder: string;
  /** Whether llama.cpp's dry run failed since this was asked last. */
  guessed: () => boolean;
}

export class FitProcess {
  readonly #options: FitProcessOptions;
  #last: Promise<void> = Promise.resolve();
  #open: OpenModel | null = null;
  readonly #reads = new Map<number, (outcome: Outcome<Uint8Array>) => void>();
  #nextReadId = 1;

  constructor(options: FitProcessOptions) {
    this.#options = options;
  }

  receive(data: unknown): void {
    const message = ToFit.parse(data);
    switch (message.kind) {
      case "bytes":
        this.#reads.get(message.readId)?.(succeed(message.bytes));
        return;
      case "read-failed":
        this.#reads.get(message.readId)?.({ ok: false, failure: message.failure });
        return;
      case "machine":
        void this.#tellMachine(message.id);
        return;
      case "describe":
        void this.#tell(message.id, () => this.#describe(message.id, message.part));
        return;
      case "describe-format":
        void this.#tell(message.id, () => this.#describeFormat(message.id, message.path));
        return;
      case "inspect-delta":
      case "describe-delta":
      case "match-deltas":
      case "preview-pair":
        void this.#tell(message.id, () => aboutDeltas(message));
        return;
      case "stub":
        this.#last = this.#last.then(() => this.#stub(message.id, message.parts, message.folder));
        return;
      case "estimate":
        // llama.cpp's dry runs would only be in each other's way.
        this.#last = this.#last.then(() => this.#answer(message));
    }
  }

  async #answer(request: EstimateRequest): Promise<void> {
    const { post } = this.#options;
    const { id } = request;
    try {
      const estimate = await this.#estimate(request);
      post(
        estimate.ok
          ? { kind: "estimated", id, estimate: estimate.value }
          : { kind: "failed", id, failure: estimate.failure },
      );
    } catch (error) {
      this.#open = null;
      const code = error instanceof DryRunFailed ? "estimate-failed" : "internal";
      post({ kind: "failed", id, failure: failure(code, undefined, error) });
    }
  }

  async #estimate(request: EstimateRequest): Promise<Outcome<Estimate>> {
    if (this.#open?.key !== request.key) {
      this.#open = null;
      const opened = await this.#openModel(request);
      if (!opened.ok) return opened;
      this.#open = opened.value;
    }
    const { runs, architecture, ...facts } = this.#open;
    const { contextSizesTokens, configuration } = request;
    const contexts: Estimate["contexts"] = [];
    for (const size of contextSizesTokens) contexts.push(await contextNeed(runs, size, configuration));
    return succeed({
      architecture,
      trainContextSizeTokens: runs.real.trainContextSizeTokens,
      layers: runs.real.layers,
      canQuantizeCache: facts.canQuantizeCache,
      weights: await runs.real.weights(configuration),
      repackedBytes: facts.repacked.bytes,
      tiedOutputBytes: facts.repacked.tiedOutputBytes,
      vocabularyBytes: facts.vocabularyBytes,
      contexts,
    });
  }

  async #openModel({ id, key, parts }: EstimateRequest): Promise<Outcome<OpenModel>> {
    const llama = await this.#options.llama;
    const { scratchFolder, guessed } = this.#options;
    const folders = { real: path.join(scratchFolder, "real"), small: path.join(scratchFolder, "small") };
    const written = await this.#writeStubs(id, parts, folders.real);
    if (!written.ok) return written;
    const [first] = written.value;
    if (first === undefined) throw new Error("a model without parts");
    await emptied(folders.small);
    const smallTokens = await writeSmallStubs(written.value, folders.small, llama.gpu !== false);
    guessed();
    const real = await ModelDryRun.open(llama, stubPath(folders.real, 0, parts.length), guessed);
    const touched =
      smallTokens === null
        ? null
        : { ...smallTokens, run: await ModelDryRun.open(llama, stubPath(folders.small, 0, parts.length), guessed) };
    return succeed({
      key,
      architecture: metadataText(first.header, "general.architecture") ?? "",
      runs: { real, touched },
      repacked:
        llama.gpu === false
          ? repackedBytes(
              written.value.flatMap(({ header }) => header.tensors),
              llama.systemInfo,
            )
          : { bytes: 0, tiedOutputBytes: 0 },
      vocabularyBytes: vocabularyMemoryBytes(first.shape.vocabulary),
      canQuantizeCache: headSizes(first.header).every((size) => size % CACHE_BLOCK_VALUES === 0),
    });
  }

  async #stub(id: number, parts: EstimateRequest["parts"], folder: string): Promise<void> {
    const { post } = this.#options;
    try {
      const written = await this.#writeStubs(id, parts, folder);
      post(
        written.ok
          ? { kind: "stubbed", id, path: stubPath(folder, 0, parts.length) }
          : { kind: "failed", id, failure: written.failure },
      );
    } catch (error) {
      post({ kind: "failed", id, failure: failure("internal", undefined, error) });
    }
  }

  /** All parts into an emptied folder. */
  async #writeStubs(id: number, parts: EstimateRequest["parts"], folder: string): Promise<Outcome<Part[]>> {
    await emptied(folder);
    const read: Part[] = [];
    for (const [index, part] of parts.entries()) {
      const written = await this.#withSource(id, index, part, async (source, failureOf): Promise<Outcome<Part>> => {
        // On this computer the vocabulary costs little to read, and can be as hostile as the rest.
        const whole = part.path === null ? null : await readGgufHeader(source, { withVocabulary: true });
        if (whole?.ok === false) return whole;
        const isFirst = index === 0;
        const loadable =
          whole === null || (isFirst && !isModel(whole.value))
            ? succeed(undefined)
            : checkLoadable(whole.value, isFirst);
        if (!loadable.ok) return loadable;
        const shape = await readModelShape(source);
        if (!shape.ok) return { ok: false, failure: failureOf() ?? shape.failure };
        const header = await writeStub(shape.value, part.sizeBytes, stubPath(folder, index, parts.length));
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
    requestId: number,
    part: number,
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
      const outcome = await this.#readAtHub({ requestId, part, offset, lengthBytes });
      if (outcome.ok) return outcome.value;
      failed ??= outcome.failure;
      throw new Error(outcome.failure.code);
    };
    return use({ sizeBytes, read }, () => failed);
  }

  #readAtHub(range: {
    requestId: number;
    part: number;
    offset: number;
    lengthBytes: number;
  }): Promise<Outcome<Uint8Array>> {
    const readId = this.#nextReadId++;
    return new Promise((resolve) => {
      this.#reads.set(readId, (outcome) => {
        this.#reads.delete(readId);
        resolve(outcome);
      });
      this.#options.post({ kind: "read", readId, ...range });
    });
  }

  async #describe(id: number, part: EstimateRequest["parts"][number]): Promise<Outcome<FromFit>> {
    const facts = await this.#withSource(id, 0, part, async (source, failureOf) => {
      const described = await describeModel(source);
      const failed = described.ok ? null : failureOf();
      return failed === null ? described : { ok: false, failure: failed };
    });
    return facts.ok ? succeed({ kind: "described", id, facts: facts.value }) : facts;
  }

  async #describeFormat(id: number, path: string): Promise<Outcome<FromFit>> {
    const format = await describeFormat(path, await this.#options.llama);
    return format.ok ? succeed({ kind: "format-described", id, format: format.value }) : format;
  }

  async #tell(id: number, answer: () => Promise<Outcome<FromFit>>): Promise<void> {
    const { post } = this.#options;
    try {
      const outcome = await answer();
      post(outcome.ok ? outcome.value : { kind: "failed", id, failure: outcome.failure });
    } catch (error) {
      post({ kind: "failed", id, failure: failure("internal", undefined, error) });
    }
  }

  async #tellMachine(id: number): Promise<void> {
    const { llama, post } = this.#options;
    const started = await llama;
    const gpus: { name: string; totalBytes: number; freeBytes: number }[] = [];
    let sharesMemory = false;
    if (started.gpu !== false) {
      // llama.cpp tells the sum over all devices.
      const [names, memory] = await Promise.all([started.getGpuDeviceNames(), started.getVramState()]);
      gpus.push({ name: names.join(", "), totalBytes: memory.total, freeBytes: memory.free });
      sharesMemory = memory.unifiedSize > 0;
    }
    post({
      kind: "machine",
      id,
      machine: { ...(await availableMemory()), gpus, sharesMemory, cores: started.cpuMathCores },
    });
  }
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
    const written = await writeStub(small?.shape ?? shape, sizeBytes, stubPath(folder, index, parts.length));
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
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
}
