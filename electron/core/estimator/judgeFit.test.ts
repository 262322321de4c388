// Verdicts at their borders: memory that just suffices, a shorter context, a GPU that takes a part.
import { describe, expect, it } from "vitest";
import type { FitMachine } from "../../contract/fit";
import type { ContextNeed, Estimate } from "../../contract/fitProtocol";
import { judgeFit, needAt, roomBesideLoaded } from "./judgeFit";

const MB = 1_000_000;
const point = (contextSizeTokens: number, ramBytes: number, gpuBytes = 0): ContextNeed => ({
  contextSizeTokens,
  need: { ramBytes, gpuBytes },
  kvCacheBytes: ramBytes / 2,
  checkpointsBytes: ramBytes / 8,
});
const curve = [point(512, 10 * MB), point(4096, 80 * MB), point(8192, 160 * MB)];
const estimate: Estimate = {
  architecture: "llama",
  trainContextSizeTokens: 8192,
  layers: 33,
  canQuantizeCache: true,
  weights: { ramBytes: 1000 * MB, gpuBytes: 0 },
  repackedBytes: 0,
  tiedOutputBytes: 0,
  vocabularyBytes: 0,
  contexts: [],
};
const machine = (availableBytes: number, gpuFreeBytes?: number): FitMachine => ({
  totalBytes: 16_000 * MB,
  availableBytes,
  systemReserveBytes: 500 * MB,
  loadedModelBytes: 0,
  swapFreeBytes: 0,
  sharesMemory: false,
  cores: 4,
  gpus:
    gpuFreeBytes === undefined
      ? []
      : [{ name: "GPU", totalBytes: 8000 * MB, freeBytes: gpuFreeBytes, backend: "vulkan" }],
});
const judge = (available: number, changes: Partial<Parameters<typeof judgeFit>[0]> = {}) =>
  judgeFit({
    estimate,
    curve,
    contextSizeTokens: 8192,
    conversations: 1,
    flashAttention: true,
    gpuLayers: null,
    mmap: true,
    engineProcessBytes: 100 * MB,
    deltasBytes: 0,
    machine: machine(available),
    fetchedBytes: 0,
    ...changes,
  });

it("fits when the sum of all parts and the reserve is there, to the byte", () => {
  const enough = judge(1760 * MB);
  expect(enough).toMatchObject({ verdict: "fits", neededBytes: 1260 * MB, largestContextTokens: 8192 });
  expect(Object.values(enough.parts ?? {}).reduce((sum, bytes) => sum + bytes, 0)).toBe(1260 * MB);
  expect(judge(1760 * MB - 1).verdict).toBe("smaller-context");
});

it("names the largest context that fits, and that one fits", () => {
  const { largestContextTokens } = judge(1680 * MB + 1);
  expect(largestContextTokens).toBe(4096);
  expect(judge(1680 * MB + 1, { contextSizeTokens: 4096 }).verdict).toBe("fits");
});

it("says that it does not fit when not even the smallest chat does", () => {
  expect(judge(1609 * MB)).toMatchObject({ verdict: "does-not-fit", largestContextTokens: null });
});

it("counts deltas", () => {
  expect(judge(1760 * MB, { deltasBytes: 1 }).verdict).toBe("smaller-context");
});

it("leaves to the computer's memory what the GPU has no room for", () => {
  const onGpu = {
    estimate: { ...estimate, weights: { ramBytes: 50 * MB, gpuBytes: 4000 * MB } },
    curve: [point(512, 10 * MB, 50 * MB), point(8192, 20 * MB, 900 * MB)],
  };
  expect(judge(8000 * MB, { ...onGpu, machine: machine(8000 * MB, 6000 * MB) }).verdict).toBe("fits");
  expect(judge(8000 * MB, { ...onGpu, machine: machine(8000 * MB, 3000 * MB) }).verdict).toBe("partly-on-gpu");
  expect(judge(700 * MB, { ...onGpu, machine: machine(700 * MB, 3000 * MB) }).verdict).toBe("does-not-fit");
});

it("counts weights twice that a mapped file and the processor both hold, and the vocabulary", () => {
  const repacked = { ...estimate, repackedBytes: 900 * MB, vocabularyBytes: 50 * MB };
  expect(judge(9000 * MB, { estimate: repacked }).neededBytes).toBe(2210 * MB);
  expect(judge(9000 * MB, { estimate: repacked, mmap: false }).neededBytes).toBe(1310 * MB);
});

it("takes nothing twice from memory that the GPU shares", () => {
  const onGpu = {
    estimate: { ...estimate, weights: { ramBytes: 50 * MB, gpuBytes: 4000 * MB } },
    curve: [point(512, 10 * MB, 50 * MB), point(8192, 20 * MB, 900 * MB)],
  };
  const shared = (availableBytes: number): FitMachine => ({
    ...machine(availableBytes, 6000 * MB),
    sharesMemory: true,
  });
  expect(judge(0, { ...onGpu, machine: shared(5600 * MB) }).verdict).toBe("fits");
  expect(judge(0, { ...onGpu, machine: shared(5000 * MB) }).verdict).toBe("smaller-context");
  expect(judge(0, { ...onGpu, machine: shared(4000 * MB) }).verdict).toBe("does-not-fit");
});

it("reads the curve between and beyond its points", () => {
  expect(needAt(curve, 6144).need.ramBytes).toBe(120 * MB);
  expect(needAt(curve, 16_384).need.ramBytes).toBe(320 * MB);
  expect(needAt(curve, 256).need.ramBytes).toBe(10 * MB);
  expect(needAt([point(512, 7)], 9000).need.ramBytes).toBe(7);
});

const MIB = 1024 * 1024;
/** As they were seen: an NVIDIA card beside an Intel processor's, two NVIDIA cards, Apple's, and Mesa's on the processor. */
const rtx3060 = {
  name: "NVIDIA GeForce RTX 3060",
  totalBytes: 12_288 * MIB,
  freeBytes: 11_500 * MIB,
  backend: "cuda",
} as const;
const rtx3090 = {
  name: "NVIDIA GeForce RTX 3090",
  totalBytes: 24_576 * MIB,
  freeBytes: 23_000 * MIB,
  backend: "cuda",
} as const;
const m4 = { name: "Apple M4", totalBytes: 12_124 * MIB, freeBytes: 12_000 * MIB, backend: "metal" } as const;
const lavapipe = {
  name: "llvmpipe (LLVM 15.0.6, 256 bits)",
  totalBytes: 2048 * MIB,
  freeBytes: 2048 * MIB,
  backend: "vulkan",
} as const;

/** With so much of it on GPUs, in 32 layers. */
function onGpus(gpuBytes: number, gpus: FitMachine["gpus"], changes: Parameters<typeof judge>[1] = {}) {
  return judge(64_000 * MB, {
    estimate: { ...estimate, layers: 32, weights: { ramBytes: 0, gpuBytes } },
    curve: [point(512, 0), point(32_768, 0)],
    machine: { ...machine(64_000 * MB), gpus },
    ...changes,
  }).verdict;
}

describe("what stays free on a GPU", () => {
  // The engine's own context on a card of CUDA, and what the first answer takes: measured on H100 and H200.
  const MEASURED_MIB = 518 + 96;
  const MEASURED_WITHOUT_FLASH_MIB = 518 + 346;

  it.each([1500, 3000, 5400, 7476])("is enough for the engine and its first answer with %i MiB free", (freeMiB) => {
    const card = { ...rtx3060, freeBytes: freeMiB * MIB };
    const most = (changes: Parameters<typeof judge>[1] = {}) => {
      let mib = 0;
      while (onGpus((mib + 1) * MIB, [card], changes) === "fits") mib++;
      return mib;
    };
    expect(most()).toBeLessThanOrEqual(freeMiB - MEASURED_MIB);
    expect(most({ flashAttention: false })).toBeLessThanOrEqual(freeMiB - MEASURED_WITHOUT_FLASH_MIB);
    // And no more than a quarter of a gigabyte is left for nothing.
    expect(most()).toBeGreaterThanOrEqual(freeMiB - MEASURED_MIB - 256);
  });

  it("is less where the engine takes less for itself", () => {
    expect(onGpus(1500 * MIB, [lavapipe])).toBe("fits");
    expect(onGpus(1500 * MIB, [{ ...lavapipe, backend: "cuda" }])).toBe("partly-on-gpu");
  });

  it("is left on each of several cards, of which each gets whole layers in proportion to what it has free", () => {
    const both = rtx3060.freeBytes + rtx3090.freeBytes;
    expect(onGpus(both - 2 * 776 * MIB, [rtx3060, rtx3090])).toBe("partly-on-gpu");
    expect(onGpus(0.85 * both, [rtx3060, rtx3090])).toBe("fits");
    // A third of a layer more than the smaller one's share would not fit on it.
    const share = rtx3060.freeBytes / both;
    let most = 0;
    while (onGpus(most + 64 * MIB, [rtx3060, rtx3090]) === "fits") most += 64 * MIB;
    expect(most * share + most / 32).toBeLessThanOrEqual(rtx3060.freeBytes - MEASURED_MIB * MIB);
  });

  it("counts once where the GPU has the computer's memory", () => {
    const apple = (availableBytes: number): FitMachine => ({
      ...machine(availableBytes),
      gpus: [m4],
      sharesMemory: true,
    });
    expect(onGpus(8000 * MB, [], { machine: apple(9000 * MB) })).toBe("fits");
    expect(onGpus(8000 * MB, [], { machine: apple(8000 * MB) })).toBe("does-not-fit");
    expect(onGpus(12_400 * MB, [], { machine: apple(20_000 * MB) })).toBe("partly-on-gpu");
  });

  it("needs nothing where nothing goes to a card that is full", () => {
    expect(onGpus(0, [{ ...rtx3060, freeBytes: 100 * MIB }], { gpuLayers: 0 })).toBe("fits");
  });

  it("is not promised to fine-tunes, nor what the model in memory would give back", () => {
    const card = { ...rtx3060, freeBytes: 8000 * MIB };
    const fit = judge(64_000 * MB, {
      estimate: { ...estimate, layers: 32, weights: { ramBytes: 0, gpuBytes: 5000 * MIB } },
      curve: [point(512, 0), point(32_768, 0)],
      machine: { ...machine(64_000 * MB), gpus: [card] },
    });
    expect(fit.verdict).toBe("fits");
    const room = roomBesideLoaded(fit, { ...machine(64_000 * MB), gpus: [card] }, 0);
    expect(room).toBeLessThanOrEqual((8000 - 5000 - MEASURED_MIB) * MIB);
    expect(room).toBeGreaterThan(2000 * MIB);
  });
});
