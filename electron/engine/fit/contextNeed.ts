// What a context takes once all its conversations are read to its end. Fit process.
import type { ContextNeed, MemoryConfiguration } from "../../contract/fitProtocol";
import { checkpointsBytes } from "./checkpointMemory";
import { kvCacheBytes, type ModelDryRun } from "./estimateMemory";

/** Dry runs of the model as it is, and as far as a chat touches it. */
export interface DryRuns {
  real: ModelDryRun;
  /** See smallVocabulary.ts; null where there is no such shape. */
  touched: { run: ModelDryRun; tokens: number; realTokens: number } | null;
}

const SCORE_BYTES = 4;

export async function contextNeed(
  { real, touched }: DryRuns,
  contextSizeTokens: number,
  configuration: MemoryConfiguration,
): Promise<ContextNeed> {
  const small = touched === null ? null : await touched.run.context(contextSizeTokens, configuration);
  // What is on a GPU is there as soon as it is reserved.
  const reserved = small === null || small.gpuBytes > 0 ? await real.context(contextSizeTokens, configuration) : small;
  const need =
    small === null || touched === null
      ? reserved
      : {
          // Beside the buffers lies a row of scores that was given out.
          ramBytes: small.ramBytes + (touched.realTokens - touched.tokens) * SCORE_BYTES,
          gpuBytes: reserved.gpuBytes,
        };
  const run = touched?.run ?? real;
  const checkpoints = await checkpointsBytes(run, contextSizeTokens, configuration);
  return {
    contextSizeTokens,
    need: { ...need, ramBytes: need.ramBytes + checkpoints },
    kvCacheBytes: await kvCacheBytes(run, contextSizeTokens, configuration),
    checkpointsBytes: checkpoints,
  };
}
