// The kinds of deltas, and how strongly each can be set. A new kind begins here.
import { z } from "zod";

/** "lora": low rank. "bitdelta": one sign per weight. Both are llama.cpp adapter files. */
export const DeltaKind = z.enum(["lora", "bitdelta"]);
export type DeltaKind = z.infer<typeof DeltaKind>;

/** 1 = as it was made. */
export interface ScaleRange {
  readonly min: number;
  readonly max: number;
}

/** Above 2 models talk nonsense. */
const ADAPTER_SCALES: ScaleRange = { min: 0, max: 2 };
const SCALES: Readonly<Record<DeltaKind, ScaleRange>> = { lora: ADAPTER_SCALES, bitdelta: ADAPTER_SCALES };

export function scaleRange(kind: DeltaKind): ScaleRange {
  return SCALES[kind];
}

export function isScaleOf(kind: DeltaKind, scale: number): boolean {
  const { min, max } = scaleRange(kind);
  return scale >= min && scale <= max;
}

const ranges = DeltaKind.options.map(scaleRange);

/** Where the kind is not known yet: within the range of any. */
export const DeltaScale = z
  .number()
  .min(Math.min(...ranges.map(({ min }) => min)))
  .max(Math.max(...ranges.map(({ max }) => max)));
