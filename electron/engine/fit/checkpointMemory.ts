// What one checkpoint of a full conversation takes, by llama.cpp's own dry runs. Fit process.
import type { MemoryConfiguration } from "../../contract/fitProtocol";
import { batchTokens } from "../batchSize";
import { kvCacheBytes, type ModelDryRun } from "./estimateMemory";

/** What is asked of a model. */
export type CheckpointModel = Pick<ModelDryRun, "context" | "hasGpu" | "isRecurrent" | "windowTokens">;

/** llama.cpp pads a sliding-window cache to multiples of this (src/llama-kv-cache-iswa.cpp, v0.5.0). */
const CELL_STEP_TOKENS = 256;
/** Less than this part of the cache that does not grow with the context is no window. */
const NO_WINDOW_SHARE = 0.01;

/**
 * A checkpoint is what llama_state_seq_get_data_ext writes with LLAMA_STATE_SEQ_FLAGS_PARTIAL_ONLY:
 * - sliding window: of the layers that have one, the cells within it (llama_kv_cache_iswa::state_write, is_masked_swa);
 * - recurrent layers: their state (llama_memory_recurrent, llama_memory_hybrid);
 * - where the file names a window that llama.cpp makes no use of: node-llama-cpp takes one all the same, and it is the whole cache.
 * Always in the computer's memory. 0 for models that can go back to any token.
 */
export async function checkpointBytes(run: CheckpointModel, contextSizeTokens: number, configuration: MemoryConfiguration): Promise<number> {
  const one: MemoryConfiguration = { ...configuration, conversations: 1 };
  if (run.isRecurrent) return recurrentStateBytes(run, contextSizeTokens, one);
  const { windowTokens } = run;
  if (windowTokens === null) return 0;
  // One token more than a batch, as node-llama-cpp asks for with such models.
  const cells = padded(windowTokens + batchTokens(Number.POSITIVE_INFINITY, run.hasGpu) + 1);
  const [withOnce, withTwice] = [await kvCacheBytes(run, cells, one), await kvCacheBytes(run, cells * 2, one)];
  // At both sizes the window's part is whole, and the rest is twice as large at one as at the other.
  const windowBytes = 2 * withOnce - withTwice;
  if (windowBytes < withOnce * NO_WINDOW_SHARE) return kvCacheBytes(run, contextSizeTokens, one);
  return Math.round((windowBytes / cells) * Math.min(windowTokens, contextSizeTokens));
}

/** A second conversation has a state and a KV cache of its own. */
async function recurrentStateBytes(run: CheckpointModel, contextSizeTokens: number, one: MemoryConfiguration): Promise<number> {
  const sum = async (conversations: number) => {
    const { ramBytes, gpuBytes } = await run.context(contextSizeTokens, { ...one, conversations });
    return ramBytes + gpuBytes;
  };
  return Math.max(0, (await sum(2)) - (await sum(1)) - (await kvCacheBytes(run, contextSizeTokens, one)));
}

function padded(tokens: number): number {
  return Math.ceil(tokens / CELL_STEP_TOKENS) * CELL_STEP_TOKENS;
}
