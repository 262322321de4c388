// The sampling settings a person can change, with the range of the slider and the words that explain them.
import type { Sampling } from "../../../../electron/contract/sampling";

export interface SamplingField {
  readonly key: keyof Sampling;
  readonly name: string;
  readonly hint: string;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  /** The slider ends here where the field itself allows more. */
  readonly sliderMax?: number;
}

export const samplingFields: readonly SamplingField[] = [
  {
    key: "temperature",
    name: "Temperature",
    hint: "How freely words are chosen. 0 always takes the likeliest.",
    min: 0,
    max: 2,
    step: 0.05,
  },
  {
    key: "topP",
    name: "Top-p",
    hint: "Chooses among the likeliest words that together have this probability. 1 is off.",
    min: 0,
    max: 1,
    step: 0.01,
  },
  {
    key: "topK",
    name: "Top-k",
    hint: "Chooses among this many of the likeliest words. 0 is off.",
    min: 0,
    max: 1000,
    sliderMax: 200,
    step: 1,
  },
  {
    key: "minP",
    name: "Min-p",
    hint: "Leaves out words less likely than this share of the likeliest. 0 is off.",
    min: 0,
    max: 1,
    step: 0.01,
  },
  {
    key: "repeatPenalty",
    name: "Repeat penalty",
    hint: "Makes words of the last 64 tokens less likely. 1 is off.",
    min: 0.5,
    max: 2,
    step: 0.01,
  },
];

/** What was typed as a value of the field: held within its range, on its step. Null when it is no number. */
export function parseFieldValue(text: string, { min, max, step }: Pick<SamplingField, "min" | "max" | "step">): number | null {
  const value = Number(text.trim().replace(",", "."));
  if (text.trim() === "" || !Number.isFinite(value)) return null;
  const held = Math.min(max, Math.max(min, value));
  return step >= 1 ? Math.round(held) : Number(held.toFixed(3));
}
