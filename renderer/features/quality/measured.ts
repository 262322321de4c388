// Names and numbers of the measured variants of a model. Renderer.
import type { MeasuredVariant } from "../../../electron/contract/quantize";
import { t } from "../../../electron/words/language";
import { formatKl, formatPerplexity, formatShare } from "../../../electron/words/qualityNumbers";
import { formatBytes, formatSpeed } from "../../../electron/words/quantities";
import { stepsLeftOut } from "../../../electron/words/stepWords";

/** The same variant measured twice is one: main keeps the newer. */
export function variantKey({ quality, type, steps, isSource }: MeasuredVariant): string {
  return [quality.fileName, type, steps?.join(",") ?? "unknown", isSource].join(" ");
}

/** "Q4_0", "Q4_0 uncalibrated" where the same type was measured with and without a step. */
export function variantLabel(variant: MeasuredVariant, all: readonly MeasuredVariant[]): string {
  const type = variant.type ?? variant.name;
  const twice = all.some((other) => other !== variant && other.type === variant.type);
  if (variant.isSource) return t("{type}, source", { type });
  return [type, ...(twice && variant.steps !== null ? stepsLeftOut(variant.steps) : [])].join(" ");
}

/** All that the chart and the table say of a variant, as one sentence for a screen reader. */
export function variantSentence(variant: MeasuredVariant, all: readonly MeasuredVariant[]): string {
  const { quality } = variant;
  return [
    variantLabel(variant, all),
    formatBytes(quality.fileBytes),
    t("perplexity {value}", { value: formatPerplexity(quality.perplexity) }),
    ...(variant.isSource
      ? []
      : [
          t("mean KL divergence {value} nats", { value: formatKl(quality.klMean) }),
          t("same top token {share}", { share: formatShare(quality.sameTopToken) }),
        ]),
    ...(quality.speed === null
      ? []
      : [t("writes {speed}", { speed: formatSpeed(quality.speed.decodeTokensPerSecond) })]),
  ].join(", ");
}
