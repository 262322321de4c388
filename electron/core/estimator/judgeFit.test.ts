// Verdicts at their borders: memory that just suffices, a shorter context, a GPU that takes a part.
import { expect, it } from "vitest";
import type { FitMachine } from "../../contract/fit";
import type { ContextNeed, Estimate } from "../../contract/fitProtocol";
import { judgeFit, needAt } from "./judgeFit";

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
  tokenCost: { weightBytes: { Q4_K: 500_000_000 }, attentionMultiplications: 0, stateBytes: 0, tensors: 200 },
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
  gpus: gpuFreeBytes === undefined ? [] : [{ name: "GPU", totalBytes: 8000 * MB, freeBytes: gpuFreeBytes }],
});
const judge = (available: number, changes: Partial<Parameters<typeof judgeFit>[0]> = {}) =>
  judgeFit({
    estimate,
    curve,
    contextSizeTokens: 8192,
    conversations: 1,
    mmap: true,
    engineProcessBytes: 100 * MB,
    deltasBytes: 0,
    machine: machine(available),
    speed: null,
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
