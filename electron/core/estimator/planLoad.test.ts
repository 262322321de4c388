// Plans: what was set stays, the rest fits; what does not fit comes with the nearest that does; the unknown never blocks.
import { expect, it } from "vitest";
import type { FitMachine, KvCacheType } from "../../contract/fit";
import type { Estimate } from "../../contract/fitProtocol";
import { automaticLoadSettings, type FailedLoad, type LoadSettings } from "../../contract/loadSettings";
import { loadChoice } from "../../testing/loadChoice";
import type { Judgement, LoadQuestion } from "./Estimator";
import { judgeFit } from "./judgeFit";
import { planLoad } from "./planLoad";

const MB = 1_000_000;
/** Of a token's keys and values, and of weights in one of 10 layers. */
const TOKEN_BYTES = 100_000;
const LAYER_BYTES = 100 * MB;
const cacheSize: Readonly<Record<KvCacheType, number>> = { f16: 1, q8_0: 0.5, q4_0: 0.25 };

interface Computer {
  availableMB: number;
  gpuMB?: number;
  cores?: number;
  model?: Partial<Estimate>;
}

/** Of a Vulkan card: the desktop's, the engine's own, and what the first answer adds. */
const RESERVE_BYTES = (128 + 192 + 128) * 1024 * 1024;

function machineOf({ availableMB, gpuMB, cores = 4 }: Computer): FitMachine {
  return {
    totalBytes: 64_000 * MB,
    availableBytes: availableMB * MB,
    systemReserveBytes: 0,
    loadedModelBytes: 0,
    swapFreeBytes: 0,
    sharesMemory: false,
    cores,
    // What stays with the desktop comes on top.
    gpus:
      gpuMB === undefined
        ? []
        : [{ name: "GPU", totalBytes: 64_000 * MB, freeBytes: gpuMB * MB + RESERVE_BYTES, backend: "vulkan" }],
  };
}

function plan(
  computer: Computer,
  over: Partial<LoadSettings> = {},
  lastFailure: FailedLoad | null = null,
  hasDeltas = false,
  gpuLayersThatFailed: number | null = null,
) {
  const machine = machineOf(computer);
  const judge = (question: LoadQuestion): Promise<Judgement> => {
    const onGpu = machine.gpus.length === 0 ? 0 : Math.min(10, question.gpuLayers ?? 10) / 10;
    const need = (bytes: number) => ({
      ramBytes: Math.round(bytes * (1 - onGpu)),
      gpuBytes: Math.round(bytes * onGpu),
    });
    const tokenBytes = (TOKEN_BYTES * (cacheSize[question.keyCacheType] + cacheSize[question.valueCacheType])) / 2;
    const estimate: Estimate = {
      architecture: "llama",
      trainContextSizeTokens: 32_768,
      layers: 10,
      canQuantizeCache: true,
      repackedBytes: 0,
      tiedOutputBytes: 0,
      vocabularyBytes: 0,
      contexts: [],
      weights: need(10 * LAYER_BYTES),
      ...computer.model,
    };
    const contextSizeTokens = Math.min(
      question.contextSizeTokens,
      estimate.trainContextSizeTokens ?? Number.POSITIVE_INFINITY,
    );
    const point = (tokens: number) => ({
      contextSizeTokens: tokens,
      need: need(tokens * tokenBytes * question.conversations),
      kvCacheBytes: 0,
      checkpointsBytes: 0,
    });
    const fit = judgeFit({
      estimate,
      machine,
      contextSizeTokens,
      conversations: question.conversations,
      flashAttention: question.flashAttention,
      gpuLayers: question.gpuLayers,
      curve: [512, 8192, 32_768].map(point),
      mmap: question.mmap ?? true,
      engineProcessBytes: 0,
      deltasBytes: 0,
      fetchedBytes: 0,
    });
    return Promise.resolve({ fit, estimate, failure: null });
  };
  return planLoad({
    settings: { ...automaticLoadSettings, ...over },
    judge,
    lastFailure,
    gpuLayersThatFailed,
    hasDeltas,
  });
}

it("takes the target context, exact caches and all cores but one where there is room", async () => {
  const {
    plan: { choice, reasons, fit },
    nearest,
  } = await plan({ availableMB: 8000 });
  expect(choice).toEqual({
    contextSizeTokens: 8192,
    keyCacheType: "f16",
    valueCacheType: "f16",
    gpuLayers: 0,
    threads: 3,
    flashAttention: true,
    mmap: true,
    conversations: 1,
  });
  expect(reasons).toEqual({
    contextSizeTokens: "target",
    keyCacheType: "exact",
    valueCacheType: "exact",
    gpuLayers: "no-gpu",
    threads: "leaves-one-core",
    flashAttention: "faster",
    mmap: "used-in-place",
    conversations: "no-fine-tunes",
  });
  expect(fit.verdict).toBe("fits");
  expect(nearest).toBeNull();
});

it("takes what the model was trained for, and does not map a file that is copied anyway", async () => {
  const {
    plan: { choice, reasons },
  } = await plan({ availableMB: 8000, cores: 1, model: { trainContextSizeTokens: 2048, repackedBytes: 900 * MB } });
  expect(choice).toMatchObject({ contextSizeTokens: 2048, threads: 1, mmap: false });
  expect(reasons).toMatchObject({ contextSizeTokens: "training", threads: "only-core", mmap: "copied-anyway" });
});

it("shrinks the context first, then the cache, when automatic; what was set stays", async () => {
  const smaller = await plan({ availableMB: 1400 });
  expect(smaller.plan.choice).toMatchObject({ contextSizeTokens: 3840, keyCacheType: "f16" });
  expect(smaller.plan.reasons.contextSizeTokens).toBe("memory");
  const quantized = await plan({ availableMB: 1430 }, { contextSizeTokens: 8192 });
  expect(quantized.plan.choice).toMatchObject({
    contextSizeTokens: 8192,
    keyCacheType: "q8_0",
    valueCacheType: "q8_0",
  });
  expect(quantized.plan.reasons).toMatchObject({
    contextSizeTokens: "chosen",
    keyCacheType: "memory",
    valueCacheType: "memory",
  });
});

it("warns of what does not fit as set, with the nearest that does: a smaller context, then a smaller cache", async () => {
  const all = { contextSizeTokens: 8192, keyCacheType: "f16", valueCacheType: "f16" } as const;
  const { plan: asked, nearest } = await plan({ availableMB: 1400 }, all);
  expect(asked).toMatchObject({ choice: all, fit: { verdict: "smaller-context" } });
  expect(nearest).toMatchObject({ choice: { contextSizeTokens: 3840, keyCacheType: "f16" }, fit: { verdict: "fits" } });
  const tight = await plan({ availableMB: 1040 }, all);
  expect(tight.nearest).toMatchObject({ choice: { contextSizeTokens: 768, keyCacheType: "q8_0" } });
  const hopeless = await plan({ availableMB: 900 }, all);
  expect(hopeless).toMatchObject({ plan: { fit: { verdict: "does-not-fit" } }, nearest: null });
});

it("keeps values exact without flash attention, and both where heads do not divide", async () => {
  const without = await plan({ availableMB: 8000 }, { flashAttention: false, keyCacheType: "q8_0" });
  expect(without.plan.choice).toMatchObject({ keyCacheType: "q8_0", valueCacheType: "f16", flashAttention: false });
  expect(without.plan.reasons).toMatchObject({ valueCacheType: "needs-flash-attention", flashAttention: "chosen" });
  const odd = await plan(
    { availableMB: 8000, model: { canQuantizeCache: false } },
    { keyCacheType: "q8_0", valueCacheType: "q4_0" },
  );
  expect(odd.plan.choice).toMatchObject({ keyCacheType: "f16", valueCacheType: "f16" });
  expect(odd.plan.reasons).toMatchObject({
    keyCacheType: "heads-not-divisible",
    valueCacheType: "heads-not-divisible",
  });
});

it("puts on the GPU what it has room for", async () => {
  expect((await plan({ availableMB: 8000, gpuMB: 8000 })).plan).toMatchObject({
    choice: { gpuLayers: 10, mmap: true },
    reasons: { gpuLayers: "whole-on-gpu" },
  });
  // A layer with its part of the context takes 182 MB.
  const part = await plan({ availableMB: 8000, gpuMB: 1000 });
  expect(part.plan).toMatchObject({
    choice: { gpuLayers: 5, contextSizeTokens: 8192, mmap: false },
    reasons: { gpuLayers: "gpu-memory", mmap: "copied-for-gpu" },
    fit: { verdict: "fits" },
  });
  const set = await plan({ availableMB: 8000, gpuMB: 1000 }, { gpuLayers: 10 });
  expect(set.plan).toMatchObject({ choice: { gpuLayers: 10 }, fit: { verdict: "partly-on-gpu" } });
  expect(set.nearest).toMatchObject({ choice: { gpuLayers: 5 }, fit: { verdict: "fits" } });
});

it("keeps all on the processor where the GPU has no room for a single layer", async () => {
  const { plan: full, nearest } = await plan({ availableMB: 8000, gpuMB: 50, cores: 8 });
  expect(full).toMatchObject({
    choice: { gpuLayers: 0, contextSizeTokens: 8192, threads: 7, mmap: true },
    reasons: { gpuLayers: "gpu-memory", threads: "leaves-one-core" },
    fit: { verdict: "fits", onGpuBytes: 0 },
  });
  expect(nearest).toBeNull();
  const set = await plan({ availableMB: 8000, gpuMB: 50 }, { gpuLayers: 10 });
  expect(set.nearest).toMatchObject({ choice: { gpuLayers: 0 }, fit: { verdict: "fits" } });
});

it("leaves few threads beside a GPU that computes all, and all but one core where the processor has layers", async () => {
  const whole = await plan({ availableMB: 8000, gpuMB: 8000, cores: 16 });
  expect(whole.plan).toMatchObject({ choice: { threads: 2 }, reasons: { threads: "gpu-computes" } });
  const part = await plan({ availableMB: 8000, gpuMB: 1000, cores: 16 });
  expect(part.plan).toMatchObject({ choice: { threads: 15 }, reasons: { threads: "leaves-one-core" } });
  const set = await plan({ availableMB: 8000, gpuMB: 8000, cores: 16 }, { threads: 9 });
  expect(set.plan).toMatchObject({ choice: { threads: 9 }, reasons: { threads: "chosen" } });
});

it("puts fewer layers on a GPU whose memory ran out while it computed, with the same context", async () => {
  const computer = { availableMB: 8000, gpuMB: 8000 };
  const next = async (failed: number) => (await plan(computer, {}, null, false, failed)).plan;
  expect(await next(10)).toMatchObject({
    choice: { gpuLayers: 7, contextSizeTokens: 8192 },
    reasons: { gpuLayers: "failed-before" },
  });
  expect((await next(1)).choice.gpuLayers).toBe(0);
  expect((await plan(computer, { gpuLayers: 10 }, null, false, 10)).plan.choice.gpuLayers).toBe(10);
});

it("asks for half of what failed the last time", async () => {
  const failed: FailedLoad = {
    atMs: 0,
    failure: { code: "engine-out-of-memory" },
    choice: loadChoice({ contextSizeTokens: 8192 }),
  };
  expect((await plan({ availableMB: 8000 }, {}, failed)).plan).toMatchObject({
    choice: { contextSizeTokens: 4096 },
    reasons: { contextSizeTokens: "failed-before" },
  });
});

it("keeps as many conversations as a quarter of the memory beside one has room for, at once where there are fine-tunes", async () => {
  // One conversation of 8192 tokens takes 819 MB beside 1000 MB of weights: three more 2458 MB.
  const roomy = (await plan({ availableMB: 1820 + 4 * 2458 }, {}, null, true)).plan;
  expect(roomy).toMatchObject({
    choice: { conversations: 4 },
    reasons: { conversations: "fine-tunes" },
    conversationsWithDeltas: 4,
    fit: { conversations: 4 },
  });
  expect(roomy.fit.neededBytes).toBe(1000 * MB + 4 * 8192 * TOKEN_BYTES);
  expect(roomy.moreConversationsBytes).toBe(3 * 8192 * TOKEN_BYTES);
  const less = (await plan({ availableMB: 1810 + 4 * 2458 }, {}, null, true)).plan;
  expect(less).toMatchObject({ choice: { conversations: 3 }, reasons: { conversations: "memory" } });
  const tight = (await plan({ availableMB: 1900 }, {}, null, true)).plan;
  expect(tight).toMatchObject({
    choice: { conversations: 1, contextSizeTokens: 8192 },
    reasons: { conversations: "memory" },
    moreConversationsBytes: 0,
  });
  const without = (await plan({ availableMB: 1820 + 4 * 2458 })).plan;
  expect(without).toMatchObject({
    choice: { conversations: 1 },
    reasons: { conversations: "no-fine-tunes" },
    conversationsWithDeltas: 4,
    fit: { conversations: 1 },
  });
});

it("never blocks on the unknown", async () => {
  const machine = machineOf({ availableMB: 1 });
  const unknown: Judgement = {
    estimate: null,
    failure: null,
    fit: {
      verdict: "unknown",
      parts: null,
      neededBytes: null,
      onGpuBytes: 0,
      machine,
      contextSizeTokens: 8192,
      conversations: 1,
      trainContextSizeTokens: null,
      largestContextTokens: null,
      architecture: null,
      fileKind: null,
      failureCode: "estimate-failed",
      fetchedBytes: 0,
    },
  };
  const planned = await planLoad({
    settings: automaticLoadSettings,
    judge: () => Promise.resolve(unknown),
    lastFailure: null,
    gpuLayersThatFailed: null,
    hasDeltas: true,
  });
  expect(planned).toMatchObject({
    plan: { choice: { contextSizeTokens: 8192 }, fit: { verdict: "unknown" } },
    nearest: null,
  });
});

it("takes nothing instead of a request of which it is not known that it fits", async () => {
  const machine = machineOf({ availableMB: 1 });
  const about = {
    parts: null,
    onGpuBytes: 0,
    machine,
    conversations: 1,
    trainContextSizeTokens: null,
    architecture: null,
    fetchedBytes: 0,
  };
  const judge = ({ contextSizeTokens }: { contextSizeTokens: number }): Promise<Judgement> =>
    Promise.resolve({
      estimate: null,
      failure: null,
      fit:
        contextSizeTokens === 8192
          ? {
              ...about,
              contextSizeTokens,
              verdict: "smaller-context",
              neededBytes: 1e9,
              largestContextTokens: 4096,
              fileKind: "model",
              failureCode: null,
            }
          : {
              ...about,
              contextSizeTokens,
              verdict: "unknown",
              neededBytes: null,
              largestContextTokens: null,
              fileKind: null,
              failureCode: "estimate-failed",
            },
    });
  const planned = await planLoad({
    settings: automaticLoadSettings,
    judge,
    lastFailure: null,
    gpuLayersThatFailed: null,
    hasDeltas: false,
  });
  expect(planned).toMatchObject({
    plan: { choice: { contextSizeTokens: 8192 }, fit: { verdict: "smaller-context" } },
    nearest: null,
  });
});
