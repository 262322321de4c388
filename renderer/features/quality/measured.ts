// Names and numbers of the measured variants of a model. Renderer.
import type { MeasuredVariant } from "../../../electron/contract/quantize";
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
  if (variant.isSource) return `${type}, source`;
  return [type, ...(twice && variant.steps !== null ? stepsLeftOut(variant.steps) : [])].join(" ");
}

/** All that the chart and the table say of a variant, as one sentence for a screen reader. */
export function variantSentence(variant: MeasuredVariant, all: readonly MeasuredVariant[]): string {
  const { quality } = variant;
  return [
    variantLabel(variant, all),
    formatBytes(quality.fileBytes),
    `perplexity ${formatPerplexity(quality.perplexity)}`,
    ...(variant.isSource
      ? []
      : [`mean KL divergence ${formatKl(quality.klMean)} nats`, `same top token ${formatShare(quality.sameTopToken)}`]),
    ...(quality.speed === null ? [] : [`writes ${formatSpeed(quality.speed.decodeTokensPerSecond)}`]),
  ].join(", ");
}

/** Three digits that count: 0.0221, 0.00081, 1.42. */
export function formatKl(nats: number): string {
  if (nats === 0) return "0";
  if (nats < 1e-6) return "below 0.000001";
  return nats.toLocaleString("en-US", { maximumSignificantDigits: 3, minimumSignificantDigits: 3, useGrouping: false });
}

/** Of an error two digits say all: "± 0.0042". */
export function formatKlError(nats: number): string {
  return `± ${nats < 1e-7 ? "0" : nats.toLocaleString("en-US", { maximumSignificantDigits: 2, useGrouping: false })}`;
}

export function formatPerplexity(perplexity: number): string {
  return perplexity < 99.95 ? perplexity.toFixed(2) : perplexity.toLocaleString("en-US", { maximumFractionDigits: 0 });
}

/** 0.919 → "91.9 %"; never 100 where it is not all. */
export function formatShare(share: number): string {
  return `${(share === 1 ? 100 : Math.min(99.9, Math.floor(share * 1000) / 10)).toFixed(1)} %`;
}

/** Against the source: "−61.1 %", "+1.4 %"; null where nothing can be compared. */
export function formatChange(value: number, source: number | null): string | null {
  if (source === null || source === 0) return null;
  const percent = (value / source - 1) * 100;
  const digits = Math.abs(percent) < 99.5 ? 1 : 0;
  const text = Math.abs(percent).toFixed(digits);
  return Number(text) === 0 ? "same" : `${percent < 0 ? "−" : "+"}${text} %`;
}

/** "1.7×" */
export function formatRatio(value: number, source: number | null): string | null {
  return source === null || source === 0 ? null : `${(value / source).toFixed(2)}×`;
}
