// facet models show OWNER/NAME: a model of the hub, its variants, and which of them this computer can run.
import { usualJudging } from "../../../contract/fit";
import { countedKind, otherKind, type OtherKind } from "../../../words/fileKindWords";
import { fitWords } from "../../../words/fitWords";
import { summaryLine } from "../../../words/hubFacts";
import { licenceTitle, modelTitle } from "../../../words/modelTitle";
import { formatBytes, formatContext, formatParameters } from "../../../words/quantities";
import { obstacleWords, variantName } from "../../../words/variantWords";
import type { CommandContext } from "../CommandContext";
import { readHubModel } from "../hubModel";
import type { HubAddress } from "../hubVariant";
import { judgeVariants } from "../judgeFit";
import { writeFacts } from "../writeFacts";

export async function showHubModel(address: HubAddress, context: CommandContext): Promise<void> {
  const { output } = context;
  const reader = await context.reader();
  const model = await readHubModel(address, reader, context);
  const { variants, fitOf, kindOf, choice } = await judgeVariants(model, usualJudging, { all: true }, reader, context);
  const { summary, baseModel, licenceName } = model;
  const proposed = choice.kind === "best" ? choice.variant : null;
  output.data({
    ...model,
    variants: model.variants.map((variant) => ({ ...variant, kind: kindOf(variant), fit: fitOf(variant) })),
    judgedWith: usualJudging,
    proposed: proposed?.id ?? null,
    why: choice.kind === "undecided" ? null : choice.why,
  });
  output.line(output.bold(modelTitle(summary.repository)));
  output.line(`  ${summaryLine(summary, Date.now())}`);
  writeFacts(output, [
    ["Repository", summary.repository],
    ["Parameters", summary.parameterCount === null ? null : formatParameters(summary.parameterCount)],
    ["Architecture", summary.architecture],
    ["Context", summary.trainContextSizeTokens === null ? null : formatContext(summary.trainContextSizeTokens)],
    ["Made from", baseModel],
    ["Licence", licenceName ?? (summary.licence === null ? null : licenceTitle(summary.licence))],
    ["Access", summary.gate === "open" ? null : "only for those who were given access at the hub"],
  ]);
  if (variants.length > 0) {
    output.line();
    output.table(
      [
        { head: "TYPE" },
        { head: "SIZE", isNumber: true },
        { head: `ON THIS COMPUTER, ${contextWords()}` },
        { head: "" },
      ],
      variants.map((variant) => {
        const fit = fitOf(variant);
        return [
          variantName(variant, variants),
          formatBytes(variant.sizeBytes) + (variant.files.length > 1 ? ` in ${variant.files.length} files` : ""),
          variant.obstacle !== null ? obstacleWords(variant.obstacle) : fit === null ? "" : fitWords(fit),
          variant === proposed ? "proposed" : "",
        ];
      }),
    );
  }
  const others = model.variants.flatMap((variant) => otherKind(kindOf(variant)) ?? []);
  if (others.length > 0) output.line(`\nAlso in this repository: ${countedKinds(others).join(", ")}.`);
  if (choice.kind === "none") output.line(`\n${choice.why}.`);
  if (choice.kind === "best") output.remark(`\n${choice.why}: facet models get ${summary.repository}`);
}

function contextWords(): string {
  return `${formatContext(usualJudging.contextSizeTokens)} CONTEXT`;
}

function countedKinds(kinds: readonly OtherKind[]): string[] {
  return [...new Set(kinds)].map((kind) => countedKind(kind, kinds.filter((one) => one === kind).length));
}
