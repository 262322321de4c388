// Brings a model into memory with a context of the right size, or says why not. Engine process.
import {
  GgufInsights, readGgufFileInfo, type Llama, type LlamaContext, type LlamaModel,
} from "node-llama-cpp";
import type { LoadRequest } from "../contract/engineProtocol";
import { fail, succeed, type Outcome } from "../contract/failure";
import type { LoadedModel } from "../contract/model";
import { defaultSampling, Sampling } from "../contract/sampling";
import { availableMemoryBytes } from "./availableMemory";
import { checkChatModel } from "./gguf/checkChatModel";
import { fileTypeNames } from "./gguf/ggmlTypes";
import { metadataNumber, metadataText, type GgufHeader } from "./gguf/readGgufHeader";
import type { Log } from "./log";
import { MIN_CONTEXT_TOKENS, planContext, type ContextPlan } from "./planContext";
import { PromptWriter } from "./PromptWriter";
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
  log: Log;
  signal: AbortSignal;
  /** 0…1. */
  onProgress: (fraction: number) => void;
  availableBytes?: () => Promise<number>;
}

/**
 * Failures: those of checkChatModel, model-too-large-for-memory, model-load-failed, request-cancelled.
 * After a failure nothing is left in memory.
 */
export async function loadModel(
  request: Pick<LoadRequest, "modelId" | "path" | "name" | "contextSizeTokens" | "threads">,
  surroundings: LoadSurroundings,
): Promise<Outcome<ModelInMemory>> {
  const { llama, log, signal, onProgress } = surroundings;
  const checked = await checkChatModel(request.path);
  if (!checked.ok) return checked;

  let model: LlamaModel | undefined;
  try {
    signal.throwIfAborted();
    const plan = await planFor(request, surroundings);
    if (!plan.ok) return plan;
    signal.throwIfAborted();
    model = await llama.loadModel({
      modelPath: request.path,
      loadSignal: signal,
      onLoadProgress: (fraction) => onProgress(fraction * WEIGHTS_SHARE),
      ...(llama.gpu === false ? {} : { gpuLayers: { fitContext: { contextSize: plan.value.contextSizeTokens } } }),
    });
    const threads = request.threads ?? defaultThreads(llama.cpuMathCores);
    const { context, reason } = await createContext(model, plan.value, threads, signal, log);
    signal.throwIfAborted();
    const promptWriter = new PromptWriter(model, context.contextSize, log);
    const facts = await describe(request, checked.value, llama, model, context, reason, threads);
    onProgress(1);
    const loaded = model;
    return succeed({
      facts, model, context, promptWriter,
      dispose: () => loaded.dispose(), // and with it its context
    });
  } catch (error) {
    await model?.dispose();
    if (signal.aborted) return fail("request-cancelled");
    return fail("model-load-failed", {}, error);
  }
}

/**
 * Threads for prefill and decode: one core is always left to the window and to whatever else runs. llama.cpp's threads
 * wait for each other in a busy loop many times per token, so one thread without a core stops them all. Measured on
 * two cores with the starter model: idle, 2 threads prefill twice as fast as 1 (about 230 and 110 tokens/s) and decode
 * no faster (46 tokens/s both); beside other work 1 thread decodes 10 to 17 tokens/s, 2 threads 0.5 to 2.
 */
export function defaultThreads(cores: number): number {
  return Math.max(1, cores - 1);
}

async function planFor(
  request: Pick<LoadRequest, "path" | "contextSizeTokens">,
  { llama, log, signal, availableBytes = availableMemoryBytes }: LoadSurroundings,
): Promise<Outcome<ContextPlan>> {
  const fileInfo = await readGgufFileInfo(request.path, { sourceType: "filesystem", logWarnings: false, signal });
  const insights = await GgufInsights.from(fileInfo, llama);
  const wished = Math.max(MIN_CONTEXT_TOKENS, request.contextSizeTokens);
  // On a GPU part of all this lies in its own memory: llama.cpp decides how much, and createContext below retries.
  if (llama.gpu !== false)
    return planContext(wished, insights.trainContextSize, {
      weightsBytes: undefined, contextBytes: () => Promise.resolve(undefined), availableBytes: 0,
    });
  const unknown = (error: unknown) => {
    log("warn", `memory need not known: ${String(error)}`);
    return undefined;
  };
  return planContext(wished, insights.trainContextSize, {
    availableBytes: await availableBytes(),
    weightsBytes: (await insights.estimateModelResourceRequirementsV2({ gpuLayers: 0 }).catch(unknown))?.cpuRam,
    contextBytes: async (contextSize) =>
      (await insights.estimateContextResourceRequirementsV2({ contextSize, modelGpuLayers: 0, sequences: 1 }).catch(unknown))?.cpuRam,
  });
}

/** With the planned size; when the system refuses after all, with half of it, and so on. */
async function createContext(
  model: LlamaModel, plan: ContextPlan, threads: number, signal: AbortSignal, log: Log,
): Promise<{ context: LlamaContext; reason: ContextPlan["reason"] }> {
  let { contextSizeTokens: contextSize, reason } = plan;
  for (;;) {
    try {
      const context = await model.createContext({
        contextSize, threads, sequences: 1, failedCreationRemedy: false, createSignal: signal,
      });
      return { context, reason };
    } catch (error) {
      signal.throwIfAborted();
      if (contextSize / 2 < MIN_CONTEXT_TOKENS) throw error;
      log("warn", `no context of ${contextSize} tokens: ${String(error)}`);
      contextSize = Math.floor(contextSize / 2);
      reason = "memory";
    }
  }
}

async function describe(
  request: Pick<LoadRequest, "modelId" | "name">,
  { header, sizeBytes }: { header: GgufHeader; sizeBytes: number },
  llama: Llama, model: LlamaModel, context: LlamaContext, reason: ContextPlan["reason"], threads: number,
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
    contextSizeReason: reason,
    threads,
    backend: await backendName(llama),
    memory: { weightsBytes: memory(model.memoryUsage), contextBytes: memory(context.memoryUsage) },
    samplingDefaults: samplingDefaults(header),
  };
}

/** The model's own suggestions (general.sampling.*, written by llama.cpp's converter), each only when it makes sense. */
export function samplingDefaults(header: GgufHeader): Sampling {
  const suggested = {
    temperature: metadataNumber(header, "general.sampling.temp"),
    topP: metadataNumber(header, "general.sampling.top_p"),
    topK: metadataNumber(header, "general.sampling.top_k"),
    minP: metadataNumber(header, "general.sampling.min_p"),
    repeatPenalty: metadataNumber(header, "general.sampling.penalty_repeat"),
  };
  const sampling: Sampling = { ...defaultSampling };
  for (const key of Sampling.keyof().options) {
    const parsed = Sampling.shape[key].safeParse(roundFloat32(suggested[key]));
    if (parsed.success) sampling[key] = parsed.data;
  }
  return sampling;
}

/** 0.8 is kept in the file as the 32-bit float 0.800000011920929. */
function roundFloat32(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Number(value.toPrecision(6));
}
