// facet models show OWNER/NAME: a model of the hub, its variants, and which of them this computer can run.
import { usualJudging } from "../../../contract/fit";
import { countedKind, otherKind, type OtherKind } from "../../../words/fileKindWords";
import { fitWords } from "../../../words/fitWords";
import { summaryLine } from "../../../words/hubFacts";
import { licenceTitle, modelTitle } from "../../../words/modelTitle";
import { formatContext, formatParameters } from "../../../words/quantities";
import { typeWord } from "../../../words/typeWords";
import { obstacleWords, variantName } from "../../../words/variantWords";
import { t } from "../../../words/language";
import type { CommandContext } from "../CommandContext";
import { readHubModel } from "../hubModel";
import type { HubAddress } from "../hubVariant";
import { judgeVariants } from "../judgeFit";
import { sizeWords } from "../sizeWords";
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
    [t("Repository"), summary.repository],
    [t("Parameters"), summary.parameterCount === null ? null : formatParameters(summary.parameterCount)],
    [t("Architecture"), summary.architecture],
    [t("Context"), summary.trainContextSizeTokens === null ? null : formatContext(summary.trainContextSizeTokens)],
    [t("Made from"), baseModel],
    [t("Licence"), licenceName ?? (summary.licence === null ? null : licenceTitle(summary.licence))],
    [t("Access"), summary.gate === "open" ? null : t("only for those who were given access on Hugging Face")],
  ]);
  if (variants.length > 0) {
    output.line();
    output.table(
      [
        { head: t("Type") },
        { head: "" },
        { head: t("Size"), isNumber: true },
        {
          head: t("On this computer, context {size}", { size: formatContext(usualJudging.contextSizeTokens) }),
        },
        { head: "" },
      ],
      variants.map((variant) => {
        const fit = fitOf(variant);
        return [
          variantName(variant, variants),
          typeWord(variant.quantization ?? "") ?? "",
          sizeWords(variant.sizeBytes, variant.files.length),
          variant.obstacle !== null ? obstacleWords(variant.obstacle) : fit === null ? "" : fitWords(fit),
          variant === proposed ? t("proposed") : "",
        ];
      }),
    );
  }
  const others = model.variants.flatMap((variant) => otherKind(kindOf(variant)) ?? []);
  if (others.length > 0)
    output.line(`\n${t("Also in this repository: {files}.", { files: countedKinds(others).join(", ") })}`);
  if (choice.kind === "none") output.line(`\n${choice.why}.`);
  if (choice.kind === "best")
    output.remark(`\n${t("{reason}: {what}", { reason: choice.why, what: `facet models get ${summary.repository}` })}`);
}

function countedKinds(kinds: readonly OtherKind[]): string[] {
  return [...new Set(kinds)].map((kind) => countedKind(kind, kinds.filter((one) => one === kind).length));
}
