// What is told of a model on Hugging Face in a few words: how large it is, how long its context, how many took it, when it changed.
import type { CatalogueModel, HubModelSummary } from "../contract/hub";
import { formatAgo, formatContext, formatParameters, formatRoughCount } from "./quantities";
import { t } from "./language";

export function summaryFacts({ parameterCount, trainContextSizeTokens }: HubModelSummary): string[] {
  return [
    ...(parameterCount === null ? [] : [formatParameters(parameterCount)]),
    ...(trainContextSizeTokens === null ? [] : [contextWords(trainContextSizeTokens)]),
  ];
}

/** "32k context". */
export function contextWords(tokens: number): string {
  return t("{tokens} context", { tokens: formatContext(tokens) });
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
      : t("{size}, {active} active", { size, active: formatParameters(activeParametersBillions * 1_000_000_000) }),
    contextWords(trainContextSizeTokens),
  ];
}

/** "by bartowski · 412,000 downloads · changed 3 weeks ago". */
export function summaryLine({ repository, downloads, lastModified }: HubModelSummary, nowMs: number): string {
  const owner = repository.split("/")[0] ?? "";
  const changed = lastModified === null ? null : formatAgo(Date.parse(lastModified), nowMs);
  return [
    t("by {owner}", { owner }),
    downloadsWords(downloads),
    ...(changed === null ? [] : [t("changed {ago}", { ago: changed })]),
  ].join(" · ");
}

function downloadsWords(count: number): string {
  return t("{count, plural, one {{downloads} download} other {{downloads} downloads}}", {
    count,
    downloads: formatRoughCount(count),
  });
}
