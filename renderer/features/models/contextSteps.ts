// The context sizes that the judging bar offers: 2k to 128k, each half an octave larger than the one before. Renderer.

/** In tokens. Half-octave steps: fine enough to find what still fits, few enough that verdicts are found again. */
export const CONTEXT_STEPS = [
  2048, 3072, 4096, 6144, 8192, 12_288, 16_384, 24_576, 32_768, 49_152, 65_536, 98_304, 131_072,
] as const;

export function nearestStep(tokens: number): number {
  let best = 0;
  for (const [index, step] of CONTEXT_STEPS.entries()) {
    if (Math.abs(Math.log2(step / tokens)) < Math.abs(Math.log2((CONTEXT_STEPS[best] ?? step) / tokens))) best = index;
  }
  return best;
}
