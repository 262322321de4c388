// The axes of the chart: size from left to right, KL divergence upwards in powers of ten. Pure. Renderer.

export interface Scale {
  /** From a value to its place, 0…1. */
  readonly place: (value: number) => number;
  readonly ticks: readonly number[];
}

/** Room beside the outermost points, as a share of what lies between them. */
const MARGIN_SHARE = 0.06;
const WANTED_TICKS = 5;
/** Below this a distribution is the same for every purpose; the logarithm needs an end. */
export const SMALLEST_KL = 1e-6;

/** Even steps of 1, 2 or 5; does not begin at zero, for the sizes of one model lie close together. */
export function linearScale(values: readonly number[]): Scale {
  const low = Math.min(...values);
  const high = Math.max(...values);
  const spread = high - low || high * 0.1 || 1;
  const from = Math.max(0, low - spread * MARGIN_SHARE);
  const to = high + spread * MARGIN_SHARE;
  const step = niceStep((to - from) / WANTED_TICKS);
  const ticks: number[] = [];
  for (let index = Math.ceil(from / step); index * step <= to; index++) ticks.push(index * step);
  return { place: (value) => (value - from) / (to - from), ticks };
}

function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = rough / power;
  return power * (factor <= 1 ? 1 : factor <= 2 ? 2 : factor <= 5 ? 5 : 10);
}

/** Ticks at 1, 2 and 5 of each power of ten where there are few powers, else at the powers. */
export function logScale(values: readonly number[]): Scale {
  const positive = values.map((value) => Math.log10(Math.max(SMALLEST_KL, value)));
  const low = Math.min(...positive);
  const high = Math.max(...positive);
  const margin = Math.max(0.12, (high - low) * MARGIN_SHARE);
  const from = low - margin;
  const to = high + margin;
  const factors = to - from > 2.2 ? [1] : [1, 2, 5];
  const ticks: number[] = [];
  for (let power = Math.floor(from); power <= Math.ceil(to); power++) {
    for (const factor of factors) {
      const exponent = power + Math.log10(factor);
      if (exponent >= from && exponent <= to) ticks.push(Number(`${factor}e${power}`));
    }
  }
  return { place: (value) => (Math.log10(Math.max(SMALLEST_KL, value)) - from) / (to - from), ticks };
}

/** Those that no other one beats in both: smaller and closer to the source. In the order of size. */
export function bestTrades<Variant extends { readonly sizeBytes: number; readonly kl: number }>(
  variants: readonly Variant[],
): Variant[] {
  const bySize = [...variants].sort((one, other) => one.sizeBytes - other.sizeBytes || one.kl - other.kl);
  const best: Variant[] = [];
  for (const variant of bySize) {
    const last = best.at(-1);
    if (last === undefined || variant.kl < last.kl) best.push(variant);
  }
  return best;
}
