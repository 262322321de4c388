// What is told of a model at the hub in a few words: how large it is, how long its context, how many took it, when it changed.
import type { CatalogueModel, HubModelSummary } from "../contract/hub";
import { formatContext } from "./quantities";

/** 8_190_000_000 → "8.2B", 135_000_000 → "135M". */
export function formatParameters(count: number): string {
  if (count < 999_500_000) return `${Math.round(count / 1_000_000)}M`;
  const billions = count / 1_000_000_000;
  return `${billions < 9.95 ? billions.toFixed(1).replace(/\.0$/u, "") : Math.round(billions)}B`;
}

export function summaryFacts({ parameterCount, trainContextSizeTokens }: HubModelSummary): string[] {
  return [
    ...(parameterCount === null ? [] : [formatParameters(parameterCount)]),
    ...(trainContextSizeTokens === null ? [] : [`${formatContext(trainContextSizeTokens)} context`]),
  ];
}

export function catalogueFacts({
  parametersBillions,
  activeParametersBillions,
  trainContextSizeTokens,
}: CatalogueModel): string[] {
  const size = formatParameters(parametersBillions * 1_000_000_000);
  return [
    activeParametersBillions === null
      ? size
      : `${size}, ${formatParameters(activeParametersBillions * 1_000_000_000)} active`,
    `${formatContext(trainContextSizeTokens)} context`,
  ];
}

/** "by bartowski · 412,000 downloads · changed 3 weeks ago". */
export function summaryLine({ repository, downloads, lastModified }: HubModelSummary, nowMs: number): string {
  const owner = repository.split("/")[0] ?? "";
  const changed = lastModified === null ? null : formatAgo(Date.parse(lastModified), nowMs);
  return [
    `by ${owner}`,
    `${formatRoughCount(downloads)} downloads`,
    ...(changed === null ? [] : [`changed ${changed}`]),
  ].join(" · ");
}

/** 412345 → "412k": for popularity, where three digits say all. */
export function formatRoughCount(count: number): string {
  if (count < 1000) return String(Math.round(count));
  if (count < 999_500)
    return `${count < 9950 ? (count / 1000).toFixed(1).replace(/\.0$/u, "") : Math.round(count / 1000)}k`;
  return `${(count / 1_000_000).toFixed(1).replace(/\.0$/u, "")}M`;
}

const DAY_MS = 24 * 3600 * 1000;

/** Null for dates that make no sense. */
export function formatAgo(atMs: number, nowMs: number): string | null {
  if (!Number.isFinite(atMs)) return null;
  const days = Math.floor((nowMs - atMs) / DAY_MS);
  if (days < 1) return "today";
  if (days < 2) return "yesterday";
  if (days < 14) return `${days} days ago`;
  if (days < 60) return `${Math.floor(days / 7)} weeks ago`;
  if (days < 730) return `${Math.floor(days / 30.4)} months ago`;
  return `${Math.floor(days / 365)} years ago`;
}
