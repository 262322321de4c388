// What a measurement hands back, and the little arithmetic that all of them need.

/** Figure name to number; the name says the unit. */
export type Figures = Readonly<Record<string, number>>;

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Linear between the neighbours, as most tools do it. Throws when there is nothing to measure. */
export function quantile(values: readonly number[], fraction: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const place = (sorted.length - 1) * fraction;
  const below = sorted[Math.floor(place)];
  const above = sorted[Math.ceil(place)];
  if (below === undefined || above === undefined) throw new Error("Nothing was measured");
  return below + (above - below) * (place - Math.floor(place));
}

export function list(values: readonly number[], digits: number): string {
  return values.map((value) => value.toFixed(digits)).join(", ");
}
