// facet models search: models of the hub in GGUF, page after page.
import type { HubModelSummary, HubSort } from "../../../contract/hub";
import { licenceTitle } from "../../../words/modelTitle";
import { formatAgo, formatContext, formatCount, formatParameters, formatRoughCount } from "../../../words/quantities";
import { t } from "../../../words/language";
import type { CommandContext } from "../CommandContext";
import { untilCancelled } from "../untilCancelled";
import { valueOf } from "../useOutcome";

export interface SearchOptions {
  readonly limit: number;
  readonly sort: HubSort;
}

export async function searchHub(
  text: string,
  { limit, sort }: SearchOptions,
  { output, signal, reader: open }: CommandContext,
): Promise<void> {
  const reader = await open();
  const found: HubModelSummary[] = [];
  let cursor: string | null = null;
  do {
    const asked = reader.call("hub.search", { text, sort, family: null, cursor });
    const page: { models: HubModelSummary[]; cursor: string | null } = valueOf(await untilCancelled(asked, signal));
    found.push(...page.models);
    ({ cursor } = page);
  } while (cursor !== null && found.length < limit);
  const shown = found.slice(0, limit);
  output.data(shown);
  if (shown.length === 0) {
    output.remark(t("Hugging Face has no model in GGUF for “{text}”. Try fewer words.", { text }));
    return;
  }
  output.table(
    [
      { head: t("Model") },
      { head: t("Parameters"), isNumber: true },
      { head: t("Context"), isNumber: true },
      { head: t("Downloads"), isNumber: true },
      { head: t("Changed") },
      { head: t("Licence") },
    ],
    shown.map(({ repository, parameterCount, trainContextSizeTokens, downloads, lastModified, licence, gate }) => [
      repository,
      parameterCount === null ? "" : formatParameters(parameterCount),
      trainContextSizeTokens === null ? "" : formatContext(trainContextSizeTokens),
      formatRoughCount(downloads),
      (lastModified === null ? null : formatAgo(Date.parse(lastModified), Date.now())) ?? "",
      [licence === null ? "" : licenceTitle(licence), gate === "open" ? "" : t("needs access")]
        .filter(Boolean)
        .join(", "),
    ]),
  );
  if (cursor !== null || found.length > limit)
    output.remark(
      t("There are more: {option} shows the next {count} too.", {
        option: `--limit ${limit * 2}`,
        count: formatCount(limit),
      }),
    );
}
