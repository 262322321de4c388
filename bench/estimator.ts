// How right the estimator is: predicted against measured peak resident memory of the engine process, in loads whose context is then filled.
// Each load has an engine of its own; the prediction is made by the code of the app, before the load.
import { randomUUID } from "node:crypto";
import { mkdtemp, rm, stat } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { LlamaLogLevel } from "node-llama-cpp";
import type { Turn } from "../electron/contract/engineProtocol";
import { detailsOf } from "../electron/contract/failureDetails";
import type { FitParts, KvCacheType } from "../electron/contract/fit";
import { ChatId, DeltaId, MessageId, ModelId, RequestId } from "../electron/contract/ids";
import { automaticLoadSettings, sumOfParts } from "../electron/contract/loadSettings";
import { textParts } from "../electron/contract/parts";
import { FitProcess } from "../electron/engine/fit/FitProcess";
import { startLlama } from "../electron/engine/startLlama";
import { Estimator } from "../electron/core/estimator/Estimator";
import type { FitModel } from "../electron/core/estimator/FitQuestions";
import { deltasMemoryBytes, engineMemoryBytes } from "../electron/core/loads/engineMemory";
import { planLoad } from "../electron/core/estimator/planLoad";
import { writeLora, type ChangedMatrix } from "../electron/testing/deltaGguf";
import { gemmaModel } from "../e2e/gemmaModel";
import { starterModelPath } from "../e2e/starterModelFile";
import { quantile, type Figures } from "./figures";
import { HostedEngine } from "./HostedEngine";
import { randomBillionModel } from "./randomBillionModel";

const CACHE_TYPES: readonly KvCacheType[] = ["f16", "q8_0"];
const ANSWER_TOKENS = 8;
/** Left of each turn for the template and the answer. */
const MARGIN_TOKENS = 44;
/** Long enough for a checkpoint where the model needs them (engine/checkpoints.ts). */
const TURN_TOKENS = 170;
const MIN_FILLED_SHARE = 0.8;
const LORA_RANK = 32;

interface BenchModel {
  name: string;
  path: string;
  lora: string;
  contexts: readonly number[];
}

interface Row {
  name: string;
  contextTokens: number;
  cacheType: KvCacheType;
  withLora: boolean;
  predicted: FitParts;
  measuredBytes: number;
  afterLoadBytes: number;
}

/** `only`: models whose names begin so. */
export async function estimator(only = ""): Promise<Figures> {
  const scratch = await mkdtemp(path.join(os.tmpdir(), "facet-estimator-"));
  const judge = await estimatorInThisProcess(path.join(scratch, "stubs"));
  const rows: Row[] = [];
  try {
    for (const model of (await models(scratch)).filter(({ name }) => name.startsWith(only))) {
      for (const contextTokens of model.contexts) {
        for (const cacheType of CACHE_TYPES) {
          for (const withLora of [false, true]) {
            const row = await measureLoad(model, { contextTokens, cacheType, withLora, scratch, judge });
            rows.push(row);
            console.log(`  ${words(row)}`);
          }
        }
      }
    }
  } finally {
    judge.close();
    await rm(scratch, { recursive: true, force: true });
  }
  const errors = rows.map(errorOf);
  const sizes = errors.map(Math.abs);
  console.log(
    `  ${rows.length} loads; mean error ${percent(sizes.reduce((sum, size) => sum + size, 0) / sizes.length)}`,
  );
  return {
    "estimator.p95_error": quantile(sizes, 0.95),
    "estimator.worst_error": Math.max(...sizes),
    "estimator.worst_under": Math.max(0, ...errors.map((error) => -error)),
  };
}

async function models(scratch: string): Promise<BenchModel[]> {
  const smol = path.join(scratch, "smol-lora.gguf");
  await writeLora(smol, {
    matrices: attention({ layers: 30, width: 576, queries: 576, keyValues: 192 }),
    rank: LORA_RANK,
    strength: 0.001,
  });
  const gemmaLora = path.join(scratch, "gemma-lora.gguf");
  await writeLora(gemmaLora, {
    architecture: "gemma3",
    matrices: attention({ layers: 18, width: 640, queries: 1024, keyValues: 256 }),
    rank: LORA_RANK,
    strength: 0.001,
  });
  const billion = await randomBillionModel();
  return [
    { name: "SmolLM2 135M Q4_1", path: starterModelPath(), lora: smol, contexts: [512, 2048] },
    { name: "Gemma 3 270M Q4_K_M", path: await gemmaModel(), lora: gemmaLora, contexts: [512, 2048] },
    { name: "random 1B Q4_0", path: billion.base, lora: billion.lora, contexts: [512, 1024] },
  ];
}

function attention({
  layers,
  width,
  queries,
  keyValues,
}: {
  layers: number;
  width: number;
  queries: number;
  keyValues: number;
}): ChangedMatrix[] {
  return Array.from({ length: layers }, (_, layer) => [
    { name: `blk.${layer}.attn_q.weight`, columns: width, rows: queries },
    { name: `blk.${layer}.attn_k.weight`, columns: width, rows: keyValues },
    { name: `blk.${layer}.attn_v.weight`, columns: width, rows: keyValues },
    { name: `blk.${layer}.attn_output.weight`, columns: queries, rows: width },
  ]).flat();
}

/** The code of the app, with the fit process in this one. */
async function estimatorInThisProcess(scratchFolder: string): Promise<Estimator> {
  const llama = await startLlama({ log: () => undefined, backend: "processor" });
  llama.logLevel = LlamaLogLevel.error;
  return new Estimator({
    fork(listeners) {
      const fit = new FitProcess({
        llama: Promise.resolve(llama),
        post: (message) => queueMicrotask(() => listeners.onMessage(message)),
        scratchFolder,
        guessed: () => false,
      });
      return { postMessage: (message) => fit.receive(message), kill: () => listeners.onExit(0) };
    },
    machineOf: (measured) => ({ ...measured, totalBytes: os.totalmem(), systemReserveBytes: 0, loadedModelBytes: 0 }),
    // The engine's own size is measured before each load.
    engineProcessBytes: () => 0,
    log: () => undefined,
    now: () => performance.now(),
  });
}

interface Load {
  contextTokens: number;
  cacheType: KvCacheType;
  withLora: boolean;
  scratch: string;
  judge: Estimator;
}

async function measureLoad(
  model: BenchModel,
  { contextTokens, cacheType, withLora, scratch, judge }: Load,
): Promise<Row> {
  const { size, mtimeMs } = await stat(model.path);
  const fitModel: FitModel = {
    key: `${model.path}:${size}:${mtimeMs}`,
    parts: [{ path: model.path, sizeBytes: size, read: null }],
    fetchedBytes: () => 0,
  };
  const { plan } = await planLoad({
    settings: {
      ...automaticLoadSettings,
      contextSizeTokens: contextTokens,
      keyCacheType: cacheType,
      valueCacheType: cacheType,
    },
    judge: (question, extent) => judge.judge(fitModel, question, { extent }),
    lastFailure: null,
    gpuLayersThatFailed: null,
    hasDeltas: withLora,
  });
  if (plan.fit.parts === null) throw new Error(`${model.name} could not be judged: ${plan.fit.failureCode}`);
  const engine = await HostedEngine.start();
  try {
    const loaded = await engine.ask({
      kind: "load",
      requestId: RequestId.parse("load"),
      modelId: ModelId.parse("model"),
      path: model.path,
      name: model.name,
      choice: plan.choice,
      reasons: plan.reasons,
      stateFolder: path.join(scratch, "state"),
      conversationsWithDeltas: plan.conversationsWithDeltas,
    });
    if (loaded.kind !== "loaded") throw new Error(`${model.name} was not loaded: ${JSON.stringify(loaded)}`);
    const afterLoad = await engine.memory();
    // A KV cache is all there from the start: only checkpoints come with the reading.
    const filled = plan.fit.parts.checkpointsBytes > 0 ? loaded.model.choice.conversations : 1;
    await fillContext(engine, contextTokens, filled, withLora ? model.lora : null);
    const { peakResidentBytes } = await engine.memory();
    // As the app does it (core/loads/LoadLog.ts): the engine as it was at its start, and what deltas say they take.
    const { baseBytes, contextBytes } = loaded.model.memory;
    const inEngine = engine.deltas;
    const deltasBytes = inEngine === null ? 0 : deltasMemoryBytes(inEngine, contextBytes);
    return {
      name: model.name,
      contextTokens,
      cacheType,
      withLora,
      predicted: { ...plan.fit.parts, engineProcessBytes: engineMemoryBytes(baseBytes), deltasBytes },
      measuredBytes: peakResidentBytes ?? 0,
      afterLoadBytes: afterLoad.residentBytes,
    };
  } finally {
    await engine.stop();
  }
}

/** So many conversations, each in turns, so that the last leaves room for a few words of answer. */
async function fillContext(
  engine: HostedEngine,
  contextSizeTokens: number,
  conversations: number,
  lora: string | null,
): Promise<void> {
  const wordsPerToken = await measureWords(engine, contextSizeTokens);
  const turnCount = Math.floor(contextSizeTokens / TURN_TOKENS);
  const turnWords = Math.floor((contextSizeTokens / turnCount - MARGIN_TOKENS) * wordsPerToken);
  for (let chat = 0; chat < conversations; chat++) {
    const turns: Turn[] = [];
    for (let turn = 0; turn < turnCount; turn++) {
      turns.push(messageOf("user", turnWords, chat));
      const result = await ask(engine, turns, `chat-${chat}`, lora);
      if (result.kind !== "answered") throw new Error(`The context could not be filled: ${JSON.stringify(result)}`);
      turns.push({ messageId: MessageId.parse(`answer-${turn}`), role: "assistant", parts: result.parts });
      if (turn === turnCount - 1 && result.facts.contextUsedTokens < contextSizeTokens * MIN_FILLED_SHARE)
        throw new Error(`Only ${result.facts.contextUsedTokens} tokens of the context were filled`);
    }
  }
}

/** A message that is too long is refused with its number of tokens, and costs nothing. */
async function measureWords(engine: HostedEngine, contextTokens: number): Promise<number> {
  const words = contextTokens * 2;
  const result = await ask(engine, [messageOf("user", words, 0)], "measure", null);
  const messageTokens = Number(result.kind === "failed" ? detailsOf(result.failure)["messageTokens"] : undefined);
  if (!Number.isFinite(messageTokens))
    throw new Error(`The tokens of a message are not known: ${JSON.stringify(result)}`);
  return words / messageTokens;
}

/** Other chats begin with other words, so that each has a KV cache of its own. */
function messageOf(role: Turn["role"], words: number, chat: number): Turn {
  const often = ["the", "one", "to", "of"][chat % 4] ?? "the";
  return {
    messageId: MessageId.parse("question"),
    role,
    parts: textParts(Array.from({ length: words }, (_, index) => (index % 7 === 0 ? often : "a")).join(" ")),
  };
}

function ask(engine: HostedEngine, turns: readonly Turn[], chat: string, lora: string | null) {
  return engine.ask({
    kind: "generate",
    requestId: RequestId.parse(randomUUID()),
    messageId: MessageId.parse("answer"),
    chatId: ChatId.parse(chat),
    turns: [...turns],
    settings: { systemPrompt: "", sampling: {}, seed: 1, maxTokens: ANSWER_TOKENS },
    stack: lora === null ? [] : [{ deltaId: DeltaId.parse("lora"), name: "LoRA", path: lora, scale: 1 }],
  });
}

function errorOf({ predicted, measuredBytes }: Row): number {
  return sumOfParts(predicted) / measuredBytes - 1;
}

function words(row: Row): string {
  const { name, contextTokens, cacheType, withLora, predicted, measuredBytes, afterLoadBytes } = row;
  const parts = Object.entries(predicted)
    .map(([part, bytes]) => `${part.replace("Bytes", "")} ${megabytes(bytes)}`)
    .join(", ");
  return `${name}, ${contextTokens} tokens, ${cacheType}${withLora ? ", LoRA" : ""}: predicted ${megabytes(sumOfParts(predicted))}, measured ${megabytes(measuredBytes)} MB (${percent(errorOf(row))}); after load ${megabytes(afterLoadBytes)}; ${parts}`;
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}

function percent(share: number): string {
  return `${share >= 0 ? "+" : ""}${(share * 100).toFixed(1)} %`;
}
