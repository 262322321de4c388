// How many tokens go through the model in one batch: the context reserves its compute buffers for so many. Engine and fit process.

/**
 * Measured on one core (llama-bench, 512 tokens of prompt): batches of 512, 256 and 128 tokens read 90, 105 and 100 tokens/s of
 * SmolLM2 135M Q4_1, and 228, 221 and 216 of Gemma 3 270M Q4_K_M. 128 quarters the compute buffers for next to nothing; slower
 * models are read in chunks of about so many anyway (Generator.ts), so that what is reserved is also what is used.
 */
const CPU_BATCH_TOKENS = 128;
/** A GPU has thousands of lanes to fill. */
const GPU_BATCH_TOKENS = 512;

export function batchTokens(contextSizeTokens: number, hasGpu: boolean): number {
  return Math.min(contextSizeTokens, hasGpu ? GPU_BATCH_TOKENS : CPU_BATCH_TOKENS);
}
