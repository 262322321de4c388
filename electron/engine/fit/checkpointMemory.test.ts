// What a checkpoint takes, from dry runs of models whose caches are known exactly: a sliding window, recurrent layers, a window that
// llama.cpp makes no use of.
import { GgmlType } from "node-llama-cpp";
import { expect, it } from "vitest";
import type { MemoryConfiguration } from "../../contract/fitProtocol";
import { checkpointBytes, type CheckpointModel } from "./checkpointMemory";
import type { CacheTypes } from "./estimateMemory";

/** Keys and values of one token in one kind of layers, as many of each. */
const GLOBAL_VALUES = 1536;
const WINDOW_VALUES = 7680;
const WINDOW_TOKENS = 512;
const STATE_BYTES = 3_000_000;
const BUFFER_BYTES = 5_000_000;
const bytesOf = new Map([[GgmlType.F32, 4], [GgmlType.F16, 2], [GgmlType.Q8_0, 34 / 32]]);
const configuration: MemoryConfiguration = { keyCacheType: "f16", valueCacheType: "f16", flashAttention: true, gpuLayers: null, conversations: 1 };

interface Layers {
  windowTokens?: number;
  /** llama.cpp keeps no more than the window, padded. */
  usesWindow?: boolean;
  stateBytes?: number;
}

function model({ windowTokens, usesWindow = false, stateBytes = 0 }: Layers): CheckpointModel {
  return {
    hasGpu: false, isRecurrent: stateBytes > 0, windowTokens: windowTokens ?? null,
    async context(tokens, { conversations }, types?: CacheTypes) {
      const { key, value } = types ?? { key: GgmlType.F16, value: GgmlType.F16 };
      const valueBytes = ((bytesOf.get(key) ?? 0) + (bytesOf.get(value) ?? 0)) / 2;
      // 512 of the window, 129 of a batch, to the next 256.
      const windowCells = usesWindow ? Math.min(tokens, 768) : tokens;
      const cache = (tokens * GLOBAL_VALUES + windowCells * WINDOW_VALUES) * 2 * valueBytes;
      return { ramBytes: conversations * (cache + stateBytes) + BUFFER_BYTES, gpuBytes: 0 };
    },
  };
}

it("is nothing for a model that goes back to any token", async () => {
  expect(await checkpointBytes(model({}), 8192, configuration)).toBe(0);
});

it("is the cells within the window of the layers that have one, in whatever number of conversations", async () => {
  const gemma = model({ windowTokens: WINDOW_TOKENS, usesWindow: true });
  for (const conversations of [1, 4]) {
    expect(await checkpointBytes(gemma, 8192, { ...configuration, conversations })).toBe(WINDOW_TOKENS * WINDOW_VALUES * 2 * 2);
    expect(await checkpointBytes(gemma, 256, { ...configuration, conversations })).toBe(256 * WINDOW_VALUES * 2 * 2);
  }
});

it("is the whole cache where llama.cpp makes no use of the window that the file names", async () => {
  expect(await checkpointBytes(model({ windowTokens: WINDOW_TOKENS }), 2048, configuration)).toBe(2048 * (GLOBAL_VALUES + WINDOW_VALUES) * 2 * 2);
});

it("is the state of recurrent layers, without the KV cache of the others", async () => {
  expect(await checkpointBytes(model({ stateBytes: STATE_BYTES }), 4096, configuration)).toBe(STATE_BYTES);
});
