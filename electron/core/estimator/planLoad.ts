// Chooses how a model is loaded: what the user set, and for the rest what fits; and what would fit instead of what does not. Pure.
import { TARGET_CONTEXT_TOKENS } from "../../contract/engineProtocol";
import type { Failure } from "../../contract/failure";
import { MAX_CONVERSATIONS, type Fit, type KvCacheType } from "../../contract/fit";
import {
  MIN_LOAD_CONTEXT_TOKENS,
  type FailedLoad,
  type LoadChoice,
  type LoadPlan,
  type LoadReasons,
  type LoadSettings,
} from "../../contract/loadSettings";
import { roomBeside } from "./judgeFit";
import { isUnusable, mapsWell, type Extent, type Judgement, type LoadQuestion } from "./Estimator";

/** From the most exact to the smallest. */
const CACHE_TYPES: readonly KvCacheType[] = ["f16", "q8_0", "q4_0"];
/** llama.cpp pads context sizes to multiples of this. */
const CONTEXT_STEP_TOKENS = 256;
/** Of a model that is on a GPU as a whole the processor only looks tokens up. */
const THREADS_BESIDE_GPU = 2;
/** Of the layers with which the GPU's memory ran out, so many are tried next. */
const LAYERS_NEXT_TIME = 3 / 4;
/** Of the memory that is left beside one conversation, so much may go to more: fine-tunes need room too. */
const CONVERSATIONS_SHARE = 1 / 4;

export interface LoadPlanInput {
  settings: LoadSettings;
  judge: (question: LoadQuestion, extent: Extent) => Promise<Judgement>;
  lastFailure: FailedLoad | null;
  /** Layers on the GPU with which its memory ran out while it computed; null = it never did. */
  gpuLayersThatFailed: number | null;
  /** There are fine-tunes, for which conversations stay in memory. */
  hasDeltas: boolean;
}

/**
 * Threads for prefill and decode: one core is always left to the window and to whatever else runs. llama.cpp's threads
 * wait for each other in a busy loop many times per token, so one thread without a core stops them all. Measured on
 * two cores with the starter model: idle, 2 threads prefill twice as fast as 1 (about 230 and 110 tokens/s) and decode
 * no faster (46 tokens/s both); beside other work 1 thread decodes 10 to 17 tokens/s, 2 threads 0.5 to 2.
 */
export function automaticThreads(cores: number, isWholeOnGpu = false): number {
  const free = Math.max(1, cores - 1);
  return isWholeOnGpu ? Math.min(free, THREADS_BESIDE_GPU) : free;
}

export interface PlannedLoad {
  plan: LoadPlan;
  /** Layers that a GPU could take; null = not known. */
  layers: number | null;
  /** Only where `plan` does not fit: the nearest that does, or null. */
  nearest: LoadPlan | null;
  /** What the file itself shows to be wrong: no plan makes it usable. */
  unusable: Failure | null;
}

/** What may be changed until it fits. */
interface Freedom {
  context: boolean;
  cache: boolean;
  layers: boolean;
}

export async function planLoad(input: LoadPlanInput): Promise<PlannedLoad> {
  const { settings } = input;
  const request = await possible(input, firstChoice(input));
  const isFree: Freedom = {
    context: settings.contextSizeTokens === null,
    cache: settings.keyCacheType === null && settings.valueCacheType === null && settings.flashAttention !== false,
    layers: settings.gpuLayers === null,
  };
  const asked = await fitting(input, request, isFree);
  const plan = await planOf(input, request, asked);
  const layers = asked.judgement.estimate?.layers ?? null;
  const { failure } = asked.judgement;
  const unusable = failure !== null && isUnusable(failure) ? failure : null;
  if (!isTooLarge(plan.fit)) return { plan, layers, nearest: null, unusable };
  const other = await fitting(input, request, {
    context: true,
    cache: settings.flashAttention !== false,
    layers: true,
  });
  return { plan, layers, nearest: fits(other.judgement) ? await planOf(input, request, other) : null, unusable };
}

/** "unknown" is not too large: it never blocks. */
export function isTooLarge({ verdict }: Fit): boolean {
  return verdict === "does-not-fit" || verdict === "smaller-context" || verdict === "partly-on-gpu";
}

interface PlanRequest {
  contextSizeTokens: number;
  keyCacheType: KvCacheType;
  valueCacheType: KvCacheType;
  gpuLayers: number | null;
  flashAttention: boolean;
  mmap: boolean | null;
  conversations: number;
}

interface Found {
  request: PlanRequest;
  judgement: Judgement;
}

function firstChoice({ settings, lastFailure, gpuLayersThatFailed }: LoadPlanInput): PlanRequest {
  const { contextSizeTokens, keyCacheType, valueCacheType, gpuLayers, flashAttention, mmap } = settings;
  return {
    contextSizeTokens: contextSizeTokens ?? Math.min(TARGET_CONTEXT_TOKENS, halfOfFailed(lastFailure)),
    keyCacheType: keyCacheType ?? "f16",
    valueCacheType: flashAttention === false ? "f16" : (valueCacheType ?? "f16"),
    gpuLayers: gpuLayers ?? (gpuLayersThatFailed === null ? null : Math.floor(gpuLayersThatFailed * LAYERS_NEXT_TIME)),
    flashAttention: flashAttention ?? true,
    mmap,
    conversations: 1,
  };
}

/** A quantized KV cache needs heads of whole blocks: without them it is exact, whatever was set. */
async function possible(input: LoadPlanInput, request: PlanRequest): Promise<PlanRequest> {
  if (request.keyCacheType === "f16" && request.valueCacheType === "f16") return request;
  const exact: PlanRequest = { ...request, keyCacheType: "f16", valueCacheType: "f16" };
  const { estimate } = await input.judge(exact, "this-size");
  return estimate?.canQuantizeCache === false ? exact : request;
}

/** A load that failed for lack of memory is not asked for again in the same size. */
function halfOfFailed(lastFailure: FailedLoad | null): number {
  if (lastFailure === null) return Number.POSITIVE_INFINITY;
  const half = Math.floor(lastFailure.choice.contextSizeTokens / 2 / CONTEXT_STEP_TOKENS) * CONTEXT_STEP_TOKENS;
  return Math.max(MIN_LOAD_CONTEXT_TOKENS, half);
}

/** Known to fit: what is proposed instead of a request must be. */
function fits({ fit }: Judgement): boolean {
  return fit.verdict === "fits";
}

/** The request, or as near to it as fits: first a smaller context, then a smaller KV cache, then fewer layers on the GPU. */
async function fitting(input: LoadPlanInput, request: PlanRequest, free: Freedom): Promise<Found> {
  const asRequested: Found = { request, judgement: await input.judge(request, "this-size") };
  if (!isTooLarge(asRequested.judgement.fit)) return asRequested;
  if (asRequested.judgement.fit.verdict === "partly-on-gpu" && free.layers) return fewerLayers(input, asRequested);
  const canQuantize = free.cache && asRequested.judgement.estimate?.canQuantizeCache === true;
  for (const type of canQuantize ? CACHE_TYPES.slice(CACHE_TYPES.indexOf(request.keyCacheType)) : [null]) {
    const changed: PlanRequest = type === null ? request : { ...request, keyCacheType: type, valueCacheType: type };
    const judgement = await input.judge(changed, "all-sizes");
    if (fits(judgement)) return { request: changed, judgement };
    const { largestContextTokens } = judgement.fit;
    if (!free.context || largestContextTokens === null || largestContextTokens < MIN_LOAD_CONTEXT_TOKENS) continue;
    const smaller = { ...changed, contextSizeTokens: Math.min(request.contextSizeTokens, largestContextTokens) };
    const found = { request: smaller, judgement: await input.judge(smaller, "all-sizes") };
    if (fits(found.judgement)) return found;
    if (found.judgement.fit.verdict === "partly-on-gpu" && free.layers) return fewerLayers(input, found);
  }
  return asRequested;
}

/** The most layers on the GPU with which the plan fits. */
async function fewerLayers(input: LoadPlanInput, { request, judgement }: Found): Promise<Found> {
  let low = 0;
  let high = request.gpuLayers ?? judgement.estimate?.layers ?? 0;
  let best: Found | null = null;
  while (low <= high) {
    const middle = Math.floor((low + high) / 2);
    const changed = { ...request, gpuLayers: middle };
    const found = { request: changed, judgement: await input.judge(changed, "this-size") };
    if (fits(found.judgement)) {
      best = found;
      low = middle + 1;
    } else high = middle - 1;
  }
  return best ?? { request, judgement };
}

/** As many conversations as have room beside what was found for one. */
async function mostConversations({ judge }: LoadPlanInput, one: Found): Promise<Found> {
  const { fit } = one.judgement;
  if (fit.verdict !== "fits" || fit.neededBytes === null) return one;
  const allowedBytes = roomBeside(fit) * CONVERSATIONS_SHARE;
  for (let conversations = MAX_CONVERSATIONS; conversations > 1; conversations--) {
    const request: PlanRequest = { ...one.request, conversations };
    const more: Found = { request, judgement: await judge(request, "this-size") };
    const { verdict } = more.judgement.fit;
    if (verdict === "fits" && bytesBeyond(more, one) <= allowedBytes) return more;
  }
  return one;
}

function bytesBeyond(more: Found, one: Found): number {
  return (more.judgement.fit.neededBytes ?? 0) - (one.judgement.fit.neededBytes ?? 0);
}

async function planOf(input: LoadPlanInput, first: PlanRequest, one: Found): Promise<LoadPlan> {
  const { settings, lastFailure, hasDeltas } = input;
  const withDeltas = await mostConversations(input, one);
  const { request, judgement } = hasDeltas ? withDeltas : one;
  const { fit, estimate } = judgement;
  const { cores } = fit.machine;
  const hasGpu = fit.machine.gpus.length > 0;
  const layers = estimate?.layers ?? null;
  const gpuLayers = hasGpu ? Math.min(request.gpuLayers ?? layers ?? 0, layers ?? Number.POSITIVE_INFINITY) : 0;
  const isWholeOnGpu = hasGpu && layers !== null && gpuLayers === layers;
  // Measured with 16 of an 8B's 33 layers on an H200: prompts are read at 3,390 tokens/s from a copy, at 1,207 from the mapped file.
  const isShared = gpuLayers > 0 && !isWholeOnGpu && !fit.machine.sharesMemory;
  const choice: LoadChoice = {
    contextSizeTokens:
      fit.verdict === "unknown"
        ? request.contextSizeTokens
        : Math.min(request.contextSizeTokens, fit.contextSizeTokens),
    keyCacheType: request.keyCacheType,
    valueCacheType: request.valueCacheType,
    gpuLayers,
    threads: settings.threads ?? automaticThreads(cores, isWholeOnGpu),
    flashAttention: request.flashAttention,
    mmap: request.mmap ?? (!isShared && (estimate === null || mapsWell(estimate))),
    conversations: request.conversations,
  };
  const cacheReason = (type: KvCacheType, name: "keyCacheType" | "valueCacheType"): LoadReasons[typeof name] => {
    if (type !== first[name]) return "memory";
    if (type === settings[name]) return "chosen";
    if (estimate?.canQuantizeCache === false) return "heads-not-divisible";
    return name === "valueCacheType" && settings.flashAttention === false ? "needs-flash-attention" : "exact";
  };
  return {
    choice,
    fit,
    conversationsWithDeltas: withDeltas.request.conversations,
    moreConversationsBytes: bytesBeyond(withDeltas, one),
    reasons: {
      contextSizeTokens: contextReason(settings, first, request, choice, lastFailure),
      keyCacheType: cacheReason(request.keyCacheType, "keyCacheType"),
      valueCacheType: cacheReason(request.valueCacheType, "valueCacheType"),
      gpuLayers: !hasGpu
        ? "no-gpu"
        : settings.gpuLayers === gpuLayers
          ? "chosen"
          : isWholeOnGpu
            ? "whole-on-gpu"
            : gpuLayers === first.gpuLayers
              ? "failed-before"
              : "gpu-memory",
      threads:
        settings.threads !== null
          ? "chosen"
          : isWholeOnGpu && cores > THREADS_BESIDE_GPU
            ? "gpu-computes"
            : cores > 1
              ? "leaves-one-core"
              : "only-core",
      flashAttention: settings.flashAttention !== null ? "chosen" : "faster",
      mmap:
        settings.mmap !== null
          ? "chosen"
          : choice.mmap
            ? "used-in-place"
            : isShared
              ? "copied-for-gpu"
              : "copied-anyway",
      conversations: !hasDeltas ? "no-fine-tunes" : request.conversations < MAX_CONVERSATIONS ? "memory" : "fine-tunes",
    },
  };
}

function contextReason(
  settings: LoadSettings,
  first: PlanRequest,
  request: PlanRequest,
  choice: LoadChoice,
  lastFailure: FailedLoad | null,
): LoadReasons["contextSizeTokens"] {
  if (request.contextSizeTokens < first.contextSizeTokens) return "memory";
  if (choice.contextSizeTokens < request.contextSizeTokens) return "training";
  if (settings.contextSizeTokens !== null) return "chosen";
  return lastFailure !== null && request.contextSizeTokens < TARGET_CONTEXT_TOKENS ? "failed-before" : "target";
}
