// facet models show: all that is known of an installed model.
import type { ModelFormat } from "../../../contract/modelFormat";
import { failureText } from "../../../words/failureText";
import { abilities, licenceWords, templateOriginWords } from "../../../words/modelFormatWords";
import { modelOriginWords } from "../../../words/modelOriginWords";
import { formatContext, formatCount, formatParameters, formatWhen } from "../../../words/quantities";
import { typeTitle } from "../../../words/typeWords";
import { t } from "../../../words/language";
import { sentences } from "../../../words/sentences";
import type { CommandContext } from "../CommandContext";
import { chooseModel } from "../chooseByName";
import { CommandError, EXIT } from "../CommandError";
import { sizeWords } from "../sizeWords";
import { untilCancelled } from "../untilCancelled";
import { writeFacts, type Fact } from "../writeFacts";
import { detailsOf } from "./listModels";

const ANSWERS = { yes: () => t("Yes"), no: () => t("No"), unknown: () => t("Not known") } as const;

export async function showModel(wanted: string, { output, signal, reader: open }: CommandContext): Promise<void> {
  const reader = await open();
  const model = await chooseModel(wanted, reader);
  const details = await detailsOf(model.id, reader);
  if (details === null) throw new CommandError(t("“{name}” is no longer there.", { name: model.name }), EXIT.notFound);
  const format = await untilCancelled(reader.call("models.format", { modelId: model.id }), signal);
  const path = await reader.call("models.path", { modelId: model.id });
  const { model: known, ...facts } = details;
  output.data({
    ...known,
    ...facts,
    path: path.ok ? path.value : null,
    format: format.ok ? withoutSamples(format.value) : null,
    formatFailure: format.ok ? null : format.failure,
  });
  output.line(output.bold(known.name));
  writeFacts(output, [
    [t("File"), path.ok ? path.value : known.fileName],
    [t("Size"), sizeWords(known.sizeBytes, known.fileCount)],
    [t("Type"), facts.quantization === null ? null : typeTitle(facts.quantization)],
    [t("Parameters"), facts.parameterCount === null ? null : formatParameters(facts.parameterCount)],
    [t("Architecture"), facts.architecture],
    [
      t("Context"),
      facts.trainContextSizeTokens === null
        ? null
        : t("{short} ({count} tokens)", {
            short: formatContext(facts.trainContextSizeTokens),
            count: formatCount(facts.trainContextSizeTokens),
          }),
    ],
    [t("Chat template"), format.ok ? templateOriginWords(format.value) : null],
    ...(format.ok ? abilityFacts(format.value) : []),
    [t("Licence"), licenceWords(format.ok ? format.value.licence : null, facts.licence)],
    [t("Origin"), modelOriginWords(details)],
    [t("Last used"), facts.lastUsedAtMs === null ? t("never") : formatWhen(facts.lastUsedAtMs, Date.now())],
    [t("Checksum"), facts.canVerify ? t("known: {command}", { command: "facet models verify" }) : t("not known")],
  ]);
  const problem = known.failure ?? (format.ok ? null : format.failure);
  if (problem !== null) {
    const { happened, advice } = failureText(problem);
    output.line(`  ${sentences(happened, advice)}`);
  }
}

/** Sample prompts and the template are for the window's page; a program that wants them asks for the file. */
function withoutSamples({ samples: _samples, template: _template, unusedTemplate: _unused, ...facts }: ModelFormat) {
  return facts;
}

/** "Yes. It can be given tools, and calls them." */
function abilityFacts(format: ModelFormat): Fact[] {
  return abilities(format).map(({ name, answer, words }) => [
    name,
    [`${ANSWERS[answer]()}.`, words].filter(Boolean).join(" "),
  ]);
}
