// The numbers that measuring a model's quality finds, as words.
import { t } from "./language";
import { formatChange, formatDecimal, formatFactor, formatPercent, formatSignificant } from "./quantities";

/** Three digits that count: 0.0221, 0.00081, 1.42. */
export function formatKl(nats: number): string {
  if (nats === 0) return "0";
  if (nats < 1e-6) return t("below {value}", { value: formatSignificant(1e-6, 1) });
  return formatSignificant(nats, 3);
}

/** Of an error two digits say all: "± 0.0042". */
export function formatKlError(nats: number): string {
  return `± ${nats < 1e-7 ? "0" : formatSignificant(nats, 2, 1)}`;
}

export function formatPerplexity(perplexity: number): string {
  return formatDecimal(perplexity, perplexity < 99.95 ? 2 : 0);
}

/** 0.919 → "91.9%"; never 100 where it is not all. */
export function formatShare(share: number): string {
  return formatPercent(share, 1);
}

/** Against the source: "−61.1%", "+1.4%"; null where nothing can be compared. */
export function changeFrom(source: number | null, value: number): string | null {
  if (source === null || source === 0) return null;
  const change = value / source - 1;
  return Math.abs(change) < 0.0005 ? t("same") : formatChange(change);
}

/** Against the source: "1.70×"; null where nothing can be compared. */
export function ratioTo(source: number | null, value: number): string | null {
  return source === null || source === 0 ? null : formatFactor(value / source);
}
