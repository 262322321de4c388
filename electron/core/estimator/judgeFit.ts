// From memory needs and this machine's memory to a verdict. Pure.
import { type Fit, type FitMachine, type FitParts, type GpuMemory } from "../../contract/fit";
import type { GpuBackend } from "../../contract/gpu";
import type { ContextNeed, Estimate } from "../../contract/fitProtocol";

/** A chat with less is not worth having. */
const MIN_USEFUL_CONTEXT_TOKENS = 512;
/** llama.cpp pads context sizes to multiples of this. */
const CONTEXT_STEP_TOKENS = 256;
const MIB = 1024 * 1024;
/** Left on each GPU to the desktop, which draws with it too. */
const DESKTOP_BYTES = 128 * MIB;
/**
 * What the engine's own context on the card takes before it loads anything: 518 MiB were measured for CUDA on H100 and H200. Vulkan's and
 * Metal's are not measured yet.
 */
const CONTEXT_BYTES: Readonly<Record<GpuBackend, number>> = { cuda: 520 * MIB, vulkan: 192 * MIB, metal: 64 * MIB };
/** What the first answer adds to what llama.cpp reserves: 80 to 96 MiB were measured, and 346 without flash attention (CUDA, 1B and 8B). */
const FIRST_ANSWER_BYTES = { flash: 128 * MIB, plain: 384 * MIB };

export interface JudgeInput {
  estimate: Estimate;
  /** Needs by context size, ascending. Memory grows convexly with the context, so a straight line between two is never too low. */
  curve: readonly ContextNeed[];
  contextSizeTokens: number;
  /** That `curve` is made for. */
  conversations: number;
  flashAttention: boolean;
  /** null = all of them. */
  gpuLayers: number | null;
  /** The file is mapped, so that weights which the processor uses rearranged are in memory twice. */
  mmap: boolean;
  engineProcessBytes: number;
  deltasBytes: number;
  machine: FitMachine;
  fetchedBytes: number;
}

export function judgeFit({
  estimate,
  curve,
  contextSizeTokens,
  conversations,
  flashAttention,
  gpuLayers,
  mmap,
  engineProcessBytes,
  deltasBytes,
  machine,
  fetchedBytes,
}: JudgeInput): Fit {
  const { weights, trainContextSizeTokens, architecture, vocabularyBytes } = estimate;
  const weightCopiesBytes = mmap ? estimate.repackedBytes : estimate.tiedOutputBytes;
  const ramBudget = machine.availableBytes - machine.systemReserveBytes;
  const ram = (context: ContextNeed) =>
    weights.ramBytes + weightCopiesBytes + vocabularyBytes + context.need.ramBytes + engineProcessBytes + deltasBytes;
  const gpu = (context: ContextNeed) => weights.gpuBytes + context.need.gpuBytes;
  const layersOnGpu = Math.max(1, Math.min(gpuLayers ?? estimate.layers, estimate.layers));
  const gpuRoom = (context: ContextNeed) =>
    gpuRoomBytes(machine, { flashAttention, layerBytes: gpu(context) / layersOnGpu });
  /** A GPU without memory of its own takes it from the same budget. */
  const bothBudget = (context: ContextNeed) => (machine.sharesMemory ? ramBudget : ramBudget + gpuRoom(context));
  const somehow = (context: ContextNeed) =>
    ram(context) <= ramBudget && ram(context) + gpu(context) <= bothBudget(context);
  /** Otherwise layers that the GPU has no room for stay in the computer's memory. Nothing on it needs no room there. */
  const asPlanned = (context: ContextNeed) =>
    somehow(context) && (gpu(context) === 0 || gpu(context) <= gpuRoom(context));

  const context = needAt(curve, contextSizeTokens);
  const largest = largestContext(curve, somehow);
  const fits = asPlanned(context)
    ? "fits"
    : somehow(context)
      ? "partly-on-gpu"
      : largest === null
        ? "does-not-fit"
        : "smaller-context";
  const contextBytes = context.need.ramBytes + context.need.gpuBytes;
  const parts: FitParts = {
    weightsBytes: weights.ramBytes + weights.gpuBytes,
    weightCopiesBytes,
    vocabularyBytes,
    kvCacheBytes: context.kvCacheBytes,
    checkpointsBytes: context.checkpointsBytes,
    computeBuffersBytes: contextBytes - context.kvCacheBytes - context.checkpointsBytes,
    deltasBytes,
    engineProcessBytes,
  };
  return {
    verdict: fits,
    parts,
    neededBytes: ram(context) + gpu(context),
    onGpuBytes: gpu(context),
    machine,
    contextSizeTokens,
    conversations,
    trainContextSizeTokens,
    largestContextTokens: largest,
    architecture,
    fileKind: "model",
    failureCode: null,
    fetchedBytes,
  };
}

/** Left for fine-tunes and more once all this is in memory: on the GPU where the model is there. */
export function roomBeside({ neededBytes, onGpuBytes, machine }: Fit): number {
  if (onGpuBytes > 0 && !machine.sharesMemory) return Math.max(0, gpuRoomBytes(machine) - onGpuBytes);
  return Math.max(0, machine.availableBytes - machine.systemReserveBytes - (neededBytes ?? 0));
}

/** The same when it is in memory already; `deltasBytes` of fine-tunes are too, without which a GPU's free memory was measured. */
export function roomBesideLoaded({ neededBytes, onGpuBytes }: Fit, machine: FitMachine, deltasBytes: number): number {
  if (onGpuBytes > 0 && !machine.sharesMemory) return Math.max(0, gpuRoomBytes(machine) - onGpuBytes);
  return Math.max(0, machine.availableBytes - machine.systemReserveBytes - (neededBytes ?? 0) - deltasBytes);
}

interface OnGpu {
  flashAttention: boolean;
  /** Of one layer: several cards get whole ones. */
  layerBytes: number;
}

/**
 * How much a model may take of all GPUs together. llama.cpp shares it out in proportion to what is free on each, so the card that is
 * left with the least beside its reserve says how much.
 */
function gpuRoomBytes({ gpus }: FitMachine, onGpu: OnGpu = { flashAttention: true, layerBytes: 0 }): number {
  const freeBytes = gpus.reduce((sum, gpu) => sum + gpu.freeBytes, 0);
  const shares = gpus.map((gpu) => {
    const keptBytes = reserveBytes(gpu, onGpu) + (gpus.length > 1 ? onGpu.layerBytes : 0);
    return gpu.freeBytes <= 0 ? 0 : Math.max(0, 1 - keptBytes / gpu.freeBytes);
  });
  return gpus.length === 0 ? 0 : freeBytes * Math.min(...shares);
}

function reserveBytes({ backend }: GpuMemory, { flashAttention }: Pick<OnGpu, "flashAttention">): number {
  return (
    DESKTOP_BYTES + CONTEXT_BYTES[backend] + (flashAttention ? FIRST_ANSWER_BYTES.flash : FIRST_ANSWER_BYTES.plain)
  );
}

/** The need at one size, on the straight line between its neighbours; beyond the ends, the lines go on. */
export function needAt(curve: readonly ContextNeed[], contextSizeTokens: number): ContextNeed {
  const above = curve.findIndex((point) => point.contextSizeTokens >= contextSizeTokens);
  const upper = curve[above === -1 ? curve.length - 1 : above];
  if (upper === undefined) throw new Error("a curve without points");
  if (upper.contextSizeTokens === contextSizeTokens || curve.length === 1) return { ...upper, contextSizeTokens };
  const lower = curve[above === -1 ? curve.length - 2 : Math.max(0, above - 1)];
  if (lower === undefined || lower === upper) return { ...upper, contextSizeTokens };
  const share = (contextSizeTokens - lower.contextSizeTokens) / (upper.contextSizeTokens - lower.contextSizeTokens);
  const between = (one: number, other: number) => Math.round(one + (other - one) * share);
  return {
    contextSizeTokens,
    need: {
      ramBytes: between(lower.need.ramBytes, upper.need.ramBytes),
      gpuBytes: between(lower.need.gpuBytes, upper.need.gpuBytes),
    },
    kvCacheBytes: between(lower.kvCacheBytes, upper.kvCacheBytes),
    checkpointsBytes: between(lower.checkpointsBytes, upper.checkpointsBytes),
  };
}

/** By halving the interval of the curve: needs grow with the size. */
function largestContext(curve: readonly ContextNeed[], fits: (context: ContextNeed) => boolean): number | null {
  const largest = curve.at(-1)?.contextSizeTokens ?? 0;
  if (fits(needAt(curve, largest))) return largest;
  let low = Math.floor(MIN_USEFUL_CONTEXT_TOKENS / CONTEXT_STEP_TOKENS);
  let high = Math.floor(largest / CONTEXT_STEP_TOKENS);
  if (high < low || !fits(needAt(curve, low * CONTEXT_STEP_TOKENS))) return null;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(needAt(curve, middle * CONTEXT_STEP_TOKENS))) low = middle;
    else high = middle - 1;
  }
  return low * CONTEXT_STEP_TOKENS;
}
