// What checkpoints take, from dry runs of models whose caches are known exactly: a sliding window, recurrent layers, a window that
// llama.cpp makes no use of.
import { GgmlType } from "node-llama-cpp";
import { expect, it } from "vitest";
import type { MemoryConfiguration } from "../../contract/fitProtocol";
import { checkpointsBytes, type CheckpointModel } from "./checkpointMemory";
import type { CacheTypes } from "./estimateMemory";

/** Keys and values of one token in one kind of layers, as many of each. */
const GLOBAL_VALUES = 1536;
const WINDOW_VALUES = 7680;
const WINDOW_TOKENS = 512;
const STATE_BYTES = 3_000_000;
const BUFFER_BYTES = 5_000_000;
const bytesOf = new Map([
  [GgmlType.F32, 4],
  [GgmlType.F16, 2],
  [GgmlType.Q8_0, 34 / 32],
]);
const configuration: MemoryConfiguration = {
  keyCacheType: "f16",
  valueCacheType: "f16",
  flashAttention: true,
  gpuLayers: null,
  conversations: 1,
};

interface Layers {
  windowTokens?: number;
  /** llama.cpp keeps no more than the window, padded. */
  usesWindow?: boolean;
  stateBytes?: number;
}

function model({ windowTokens, usesWindow = false, stateBytes = 0 }: Layers): CheckpointModel {
  return {
    hasGpu: false,
    isRecurrent: stateBytes > 0,
    windowTokens: windowTokens ?? null,
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

it("are nothing for a model that goes back to any token", async () => {
  expect(await checkpointsBytes(model({}), 8192, configuration)).toBe(0);
});

it("are the cells within the window of the layers that have one: two of each conversation, and a new one", async () => {
  const gemma = model({ windowTokens: WINDOW_TOKENS, usesWindow: true });
  const cell = WINDOW_VALUES * 2 * 2;
  expect(await checkpointsBytes(gemma, 8192, configuration)).toBe(3 * WINDOW_TOKENS * cell);
  expect(await checkpointsBytes(gemma, 8192, { ...configuration, conversations: 4 })).toBe(9 * WINDOW_TOKENS * cell);
  // A batch of 128 lies between two of them.
  expect(await checkpointsBytes(gemma, 512, configuration)).toBe((512 + 384 + 256) * cell);
  expect(await checkpointsBytes(gemma, 256, configuration)).toBe((256 + 128) * cell);
});

it("are whole caches where llama.cpp makes no use of the window that the file names", async () => {
  const token = (GLOBAL_VALUES + WINDOW_VALUES) * 2 * 2;
  expect(await checkpointsBytes(model({ windowTokens: WINDOW_TOKENS }), 2048, configuration)).toBe(
    (2048 + 1920 + 1792) * token,
  );
});

it("are the states of recurrent layers, without the KV cache of the others", async () => {
  expect(await checkpointsBytes(model({ stateBytes: STATE_BYTES }), 4096, configuration)).toBe(3 * STATE_BYTES);
});
