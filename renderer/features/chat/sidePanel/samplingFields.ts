// The sampling settings that a user can change, with the range of the slider and the words that explain them.
import type { Sampling } from "../../../../electron/contract/sampling";
import { readNumber } from "../../../ui/numbersOnly";
import { t } from "../../../../electron/words/language";

export interface SamplingField {
  readonly key: keyof Sampling;
  readonly name: () => string;
  readonly hint: () => string;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  /** The slider ends here where the field itself allows more. */
  readonly sliderMax?: number;
}

/** What most chats need. */
export const usualSamplingFields: readonly SamplingField[] = [
  {
    key: "temperature",
    name: () => t("Temperature"),
    hint: () => t("How freely words are chosen. 0 always takes the likeliest."),
    min: 0,
    max: 2,
    step: 0.05,
  },
  {
    key: "topP",
    name: () => t("Top-p"),
    hint: () => t("Chooses among the likeliest words that together have this probability. 1 is off."),
    min: 0,
    max: 1,
    step: 0.01,
  },
  {
    key: "topK",
    name: () => t("Top-k"),
    hint: () => t("Chooses among this many of the likeliest words. 0 is off."),
    min: 0,
    max: 1000,
    sliderMax: 200,
    step: 1,
  },
  {
    key: "minP",
    name: () => t("Min-p"),
    hint: () => t("Leaves out words less likely than this share of the likeliest. 0 is off."),
    min: 0,
    max: 1,
    step: 0.01,
  },
  {
    key: "repeatPenalty",
    name: () => t("Repeat penalty"),
    hint: () => t("Makes words of the last 64 tokens less likely. 1 is off."),
    min: 0.5,
    max: 2,
    step: 0.01,
  },
];

/** Each is off unless it is set, or the model's maker sets it. */
export const advancedSamplingFields: readonly SamplingField[] = [
  {
    key: "presencePenalty",
    name: () => t("Presence penalty"),
    hint: () => t("Makes words less likely once the answer has used them. 0 is off."),
    min: -2,
    max: 2,
    step: 0.05,
  },
  {
    key: "frequencyPenalty",
    name: () => t("Frequency penalty"),
    hint: () => t("Makes words less likely the more often the answer has used them. 0 is off."),
    min: -2,
    max: 2,
    step: 0.05,
  },
  {
    key: "dryMultiplier",
    name: () => t("DRY strength"),
    hint: () => t("Breaks loops: repeating a whole passage becomes less likely. 0 is off, 0.8 is common."),
    min: 0,
    max: 5,
    sliderMax: 2,
    step: 0.05,
  },
  {
    key: "dryBase",
    name: () => t("DRY growth"),
    hint: () => t("How fast the DRY penalty grows with the length of the passage."),
    min: 1,
    max: 4,
    step: 0.05,
  },
  {
    key: "dryAllowedLength",
    name: () => t("DRY free length"),
    hint: () => t("Passages up to this many tokens may be repeated."),
    min: 1,
    max: 100,
    sliderMax: 20,
    step: 1,
  },
  {
    key: "xtcProbability",
    name: () => t("XTC chance"),
    hint: () => t("How often the likeliest words are left out, for less common answers. 0 is off."),
    min: 0,
    max: 1,
    step: 0.05,
  },
  {
    key: "xtcThreshold",
    name: () => t("XTC threshold"),
    hint: () => t("Words above this probability are left out, except the least likely of them."),
    min: 0,
    max: 0.5,
    step: 0.01,
  },
  {
    key: "topNSigma",
    name: () => t("Top-n-sigma"),
    hint: () =>
      t(
        "Keeps words within this many standard deviations of the likeliest. 0 is off. Slower, and has no effect with a structure.",
      ),
    min: 0,
    max: 10,
    sliderMax: 5,
    step: 0.1,
  },
];

/** What was typed as a value of the field: held within its range, on its step. Null when it is no number. */
export function parseFieldValue(
  text: string,
  { min, max, step }: Pick<SamplingField, "min" | "max" | "step">,
): number | null {
  const value = readNumber(text, step >= 1);
  if (value === null) return null;
  const held = Math.min(max, Math.max(min, value));
  return step >= 1 ? Math.round(held) : Number(held.toFixed(3));
}
