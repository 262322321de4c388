// What is told of a model at the hub in a few words: how large it is, how long its context, how many took it, when it changed.
import type { CatalogueModel, HubModelSummary } from "../contract/hub";
import { formatAgo, formatContext, formatParameters, formatRoughCount } from "./quantities";

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
