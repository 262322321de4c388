// Brings a model into memory with a context of the right size, or says why not. Engine process.
import type { Llama, LlamaContext, LlamaModel } from "node-llama-cpp";
import type { LoadRequest } from "../contract/engineProtocol";
import { fail, succeed, type Outcome } from "../contract/failure";
import type { KvCacheType } from "../contract/fit";
import type { LoadChoice, LoadReasons } from "../contract/loadSettings";
import type { LoadedModel } from "../contract/model";
import { batchTokens } from "./batchSize";
import { contextAttempts } from "./contextAttempts";
import { checkChatModel } from "./gguf/checkChatModel";
import { fileTypeNames } from "./gguf/ggmlTypes";
import { metadataNumber, metadataText, type GgufHeader } from "./gguf/readGgufHeader";
import type { Log } from "./log";
import { PromptWriter } from "./PromptWriter";
import { samplingDefaults } from "./sampling/samplingDefaults";
import { backendName } from "./startLlama";

/** Weights are most of a load; the rest is the context and the template. */
const WEIGHTS_SHARE = 0.95;

export interface ModelInMemory {
  facts: LoadedModel;
  model: LlamaModel;
  context: LlamaContext;
  promptWriter: PromptWriter;
  dispose: () => Promise<void>;
}

export interface LoadSurroundings {
  llama: Llama;
  /** Our kernels for 1-bit deltas are at work. */
  hasDeltaKernels: boolean;
  log: Log;
  signal: AbortSignal;
  /** 0…1. */
  onProgress: (fraction: number) => void;
  /** Resident memory of the process when it started. */
  baseBytes: number;
}

type Planned = Pick<LoadRequest, "modelId" | "path" | "name" | "choice" | "reasons">;

/**
 * Takes what main planned with the estimator (core/estimator/planLoad.ts). Failures: those of checkChatModel,
 * model-load-failed, request-cancelled. After a failure nothing is left in memory.
 */
export async function loadModel(request: Planned, surroundings: LoadSurroundings): Promise<Outcome<ModelInMemory>> {
  const { llama, hasDeltaKernels, log, signal, onProgress, baseBytes } = surroundings;
  const checked = await checkChatModel(request.path);
  if (!checked.ok) return checked;

  let model: LlamaModel | undefined;
  try {
    signal.throwIfAborted();
    const { choice } = request;
    model = await llama.loadModel({
      modelPath: request.path,
      loadSignal: signal,
      onLoadProgress: (fraction) => onProgress(fraction * WEIGHTS_SHARE),
      useMmap: choice.mmap,
      // Main has weighed the memory; whoever loads all the same was warned.
      ignoreMemorySafetyChecks: true,
      ...(llama.gpu === false ? {} : { gpuLayers: choice.gpuLayers }),
    });
    const { context, ...taken } = await createContext(model, request, surroundings);
    signal.throwIfAborted();
    const promptWriter = new PromptWriter(model, {
      header: checked.value.header,
      contextSizeTokens: context.contextSize,
      log,
    });
    const facts = await describe(request, checked.value, {
      llama,
      hasDeltaKernels,
      model,
      context,
      promptWriter,
      baseBytes,
      ...taken,
    });
    onProgress(1);
    const loaded = model;
    return succeed({
      facts,
      model,
      context,
      promptWriter,
      dispose: () => loaded.dispose(), // and with it its context
    });
  } catch (error) {
    await model?.dispose();
    if (signal.aborted) return fail("request-cancelled");
    return fail("model-load-failed", {}, error);
  }
}

const cacheTypeNames: Readonly<Record<KvCacheType, "F16" | "Q8_0" | "Q4_0">> = {
  f16: "F16",
  q8_0: "Q8_0",
  q4_0: "Q4_0",
};

/** As planned; when the system refuses after all, the next best (contextAttempts.ts). */
async function createContext(
  model: LlamaModel,
  { choice, reasons }: Planned,
  { llama, signal, log }: LoadSurroundings,
): Promise<{ context: LlamaContext; choice: LoadChoice; reasons: LoadReasons }> {
  // Main caps it too, where it could read the file.
  const requested = { ...choice, contextSizeTokens: Math.min(choice.contextSizeTokens, model.trainContextSize) };
  let refused: unknown;
  for (const attempt of contextAttempts(requested)) {
    try {
      const context = await model.createContext({
        contextSize: attempt.contextSizeTokens,
        threads: choice.threads,
        sequences: attempt.conversations,
        batchSize: batchTokens(attempt.contextSizeTokens, llama.gpu !== false),
        // llama.cpp knows whether the device at hand can; asked for by the user, it is not second-guessed.
        flashAttention: choice.flashAttention && reasons.flashAttention !== "chosen" ? "auto" : choice.flashAttention,
        experimentalKvCacheKeyType: cacheTypeNames[attempt.keyCacheType],
        experimentalKvCacheValueType: cacheTypeNames[attempt.valueCacheType],
        ignoreMemorySafetyChecks: true,
        failedCreationRemedy: false,
        createSignal: signal,
      });
      return {
        context,
        choice: { ...attempt, contextSizeTokens: context.contextSize },
        reasons: reasonsFor(attempt, { choice, reasons, requestedTokens: requested.contextSizeTokens }),
      };
    } catch (error) {
      signal.throwIfAborted();
      refused = error;
      const { contextSizeTokens, conversations, keyCacheType } = attempt;
      log(
        "warn",
        `no context of ${contextSizeTokens} tokens in ${keyCacheType} for ${conversations} conversations: ${String(error)}`,
      );
    }
  }
  throw refused;
}

function reasonsFor(
  attempt: LoadChoice,
  { choice, reasons, requestedTokens }: { choice: LoadChoice; reasons: LoadReasons; requestedTokens: number },
): LoadReasons {
  const changed = (name: "conversations" | "keyCacheType" | "valueCacheType") =>
    attempt[name] === choice[name] ? reasons[name] : "refused";
  return {
    ...reasons,
    contextSizeTokens:
      attempt.contextSizeTokens < requestedTokens
        ? "refused"
        : requestedTokens < choice.contextSizeTokens
          ? "training"
          : reasons.contextSizeTokens,
    keyCacheType: changed("keyCacheType"),
    valueCacheType: changed("valueCacheType"),
    conversations: changed("conversations"),
  };
}

interface Taken {
  llama: Llama;
  hasDeltaKernels: boolean;
  model: LlamaModel;
  context: LlamaContext;
  promptWriter: PromptWriter;
  baseBytes: number;
  choice: LoadChoice;
  reasons: LoadReasons;
}

async function describe(
  request: Pick<LoadRequest, "modelId" | "name">,
  { header, sizeBytes }: { header: GgufHeader; sizeBytes: number },
  { llama, hasDeltaKernels, model, context, promptWriter, baseBytes, choice, reasons }: Taken,
): Promise<LoadedModel> {
  const memory = (usage: { ram: number; vram: number }) => usage.ram + usage.vram;
  return {
    modelId: request.modelId,
    name: request.name,
    architecture: metadataText(header, "general.architecture") ?? "",
    quantization: fileTypeNames.get(metadataNumber(header, "general.file_type") ?? -1) ?? null,
    sizeBytes,
    contextSizeTokens: context.contextSize,
    trainContextSizeTokens: model.trainContextSize,
    threads: choice.threads,
    choice,
    reasons,
    backend: await backendName(llama, hasDeltaKernels),
    memory: {
      weightsBytes: memory(model.memoryUsage),
      contextBytes: memory(context.memoryUsage),
      baseBytes,
      gpuBytes: model.memoryUsage.vram + context.memoryUsage.vram,
    },
    samplingDefaults: samplingDefaults(header),
    format: promptWriter.format.facts,
  };
}
