// Names and numbers of the measured variants of a model. Renderer.
import type { MeasuredVariant } from "../../../electron/contract/quantize";
import { languageCode, t } from "../../../electron/words/language";
import { formatBytes, formatDecimal, formatPercent, formatSpeed } from "../../../electron/words/quantities";
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

/** Three digits that count: 0.0221, 0.00081, 1.42. */
export function formatKl(nats: number): string {
  if (nats === 0) return "0";
  if (nats < 1e-6) return t("below {value}", { value: significant(1e-6, 1) });
  return significant(nats, 3);
}

/** Of an error two digits say all: "± 0.0042". */
export function formatKlError(nats: number): string {
  return `± ${nats < 1e-7 ? "0" : significant(nats, 2, 1)}`;
}

export function formatPerplexity(perplexity: number): string {
  return formatDecimal(perplexity, perplexity < 99.95 ? 2 : 0);
}

/** 0.919 → "91.9%"; never 100 where it is not all. */
export function formatShare(share: number): string {
  return formatPercent(share, 1);
}

/** Against the source: "−61.1%", "+1.4%"; null where nothing can be compared. */
export function formatChange(value: number, source: number | null): string | null {
  if (source === null || source === 0) return null;
  const change = value / source - 1;
  if (Math.abs(change) < 0.0005) return t("same");
  const digits = Math.abs(change) < 0.995 ? 1 : 0;
  const percent = Math.abs(change).toLocaleString(languageCode(), {
    style: "percent",
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return `${change < 0 ? "−" : "+"}${percent}`;
}

/** "1.7×" */
export function formatRatio(value: number, source: number | null): string | null {
  return source === null || source === 0 ? null : `${formatDecimal(value / source, 2)}×`;
}

/** Without separators: figures are compared digit by digit. */
function significant(value: number, maximum: number, minimum = maximum): string {
  return value.toLocaleString(languageCode(), {
    maximumSignificantDigits: maximum,
    minimumSignificantDigits: minimum,
    useGrouping: false,
  });
}
