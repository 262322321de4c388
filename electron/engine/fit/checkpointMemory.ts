// What checkpoints of full conversations take, by llama.cpp's own dry runs. Fit process.
import type { MemoryConfiguration } from "../../contract/fitProtocol";
import { batchTokens } from "../batchSize";
import { MAX_CHECKPOINTS } from "../checkpoints";
import { kvCacheBytes, type ModelDryRun } from "./estimateMemory";

/** What is asked of a model. */
export type CheckpointModel = Pick<ModelDryRun, "context" | "hasGpu" | "isRecurrent" | "windowTokens">;

/** llama.cpp pads a sliding-window cache to multiples of this (src/llama-kv-cache-iswa.cpp, v0.5.0). */
const CELL_STEP_TOKENS = 256;
/** Less than this part of the cache that does not grow with the context is no window. */
const NO_WINDOW_SHARE = 0.01;

/**
 * All that are there at once when every conversation fills the context: of each MAX_CHECKPOINTS, and a new one, which is written
 * before the oldest goes (storeCheckpoint in node-llama-cpp's LlamaContextSequenceCheckpoints.ts). They are at least a batch apart:
 * where less was read, none is taken (Generator.ts). Always in the computer's memory. 0 for models that can go back to any token.
 */
export async function checkpointsBytes(
  run: CheckpointModel,
  contextSizeTokens: number,
  configuration: MemoryConfiguration,
): Promise<number> {
  const batch = batchTokens(contextSizeTokens, run.hasGpu);
  const one: MemoryConfiguration = { ...configuration, conversations: 1 };
  let sum = 0;
  for (let age = 0; age <= MAX_CHECKPOINTS; age++) {
    const readTokens = contextSizeTokens - age * batch;
    if (readTokens > 0)
      sum +=
        (age < MAX_CHECKPOINTS ? configuration.conversations : 1) *
        (await checkpointBytes(run, readTokens, contextSizeTokens, one));
  }
  return sum;
}

/**
 * A checkpoint is what llama_state_seq_get_data_ext writes with LLAMA_STATE_SEQ_FLAGS_PARTIAL_ONLY:
 * - sliding window: of the layers that have one, the cells within it (llama_kv_cache_iswa::state_write, is_masked_swa);
 * - recurrent layers: their state (llama_memory_recurrent, llama_memory_hybrid);
 * - where the file names a window that llama.cpp makes no use of: node-llama-cpp takes one all the same, and it is the whole cache.
 */
async function checkpointBytes(
  run: CheckpointModel,
  readTokens: number,
  contextSizeTokens: number,
  one: MemoryConfiguration,
): Promise<number> {
  if (run.isRecurrent) return recurrentStateBytes(run, contextSizeTokens, one);
  const { windowTokens } = run;
  if (windowTokens === null) return 0;
  // One token more than a batch, as node-llama-cpp asks for with such models.
  const cells = padded(windowTokens + batchTokens(Number.POSITIVE_INFINITY, run.hasGpu) + 1);
  const [withOnce, withTwice] = [await kvCacheBytes(run, cells, one), await kvCacheBytes(run, cells * 2, one)];
  // At both sizes the window's part is whole, and the rest is twice as large at one as at the other.
  const windowBytes = 2 * withOnce - withTwice;
  if (windowBytes < withOnce * NO_WINDOW_SHARE)
    return Math.round((await kvCacheBytes(run, contextSizeTokens, one)) * (readTokens / contextSizeTokens));
  return Math.round((windowBytes / cells) * Math.min(windowTokens, readTokens));
}

/** A second conversation has a state and a KV cache of its own. */
async function recurrentStateBytes(
  run: CheckpointModel,
  contextSizeTokens: number,
  one: MemoryConfiguration,
): Promise<number> {
  const sum = async (conversations: number) => {
    const { ramBytes, gpuBytes } = await run.context(contextSizeTokens, { ...one, conversations });
    return ramBytes + gpuBytes;
  };
  return Math.max(0, (await sum(2)) - (await sum(1)) - (await kvCacheBytes(run, contextSizeTokens, one)));
}

function padded(tokens: number): number {
  return Math.ceil(tokens / CELL_STEP_TOKENS) * CELL_STEP_TOKENS;
}
