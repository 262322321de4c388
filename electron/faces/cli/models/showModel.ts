// facet models show: all that is known of an installed model.
import type { ModelFormat } from "../../../contract/modelFormat";
import { failureText } from "../../../words/failureText";
import { abilities, licenceWords, templateOriginWords } from "../../../words/modelFormatWords";
import { modelOriginWords } from "../../../words/modelOriginWords";
import { formatBytes, formatContext, formatCount, formatParameters, formatWhen } from "../../../words/quantities";
import type { CommandContext } from "../CommandContext";
import { chooseModel } from "../chooseByName";
import { CommandError, EXIT } from "../CommandError";
import { untilCancelled } from "../untilCancelled";
import { writeFacts, type Fact } from "../writeFacts";
import { detailsOf } from "./listModels";

const ANSWERS = { yes: "Yes", no: "No", unknown: "Not known" } as const;

export async function showModel(wanted: string, { output, signal, reader: open }: CommandContext): Promise<void> {
  const reader = await open();
  const model = await chooseModel(wanted, reader);
  const details = await detailsOf(model.id, reader);
  if (details === null) throw new CommandError(`“${model.name}” is not there any more.`, EXIT.notFound);
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
    ["File", path.ok ? path.value : known.fileName],
    ["Size", formatBytes(known.sizeBytes) + (known.fileCount > 1 ? ` in ${known.fileCount} files` : "")],
    ["Type", facts.quantization],
    ["Parameters", facts.parameterCount === null ? null : formatParameters(facts.parameterCount)],
    ["Architecture", facts.architecture],
    [
      "Context",
      facts.trainContextSizeTokens === null
        ? null
        : `${formatContext(facts.trainContextSizeTokens)} (${formatCount(facts.trainContextSizeTokens)} tokens)`,
    ],
    ["Chat template", format.ok ? templateOriginWords(format.value) : null],
    ...(format.ok ? abilityFacts(format.value) : []),
    ["Licence", licenceWords(format.ok ? format.value.licence : null, facts.licence)],
    ["Origin", modelOriginWords(details)],
    ["Last used", facts.lastUsedAtMs === null ? "never" : formatWhen(facts.lastUsedAtMs, Date.now())],
    ["Checksum", facts.canVerify ? "known: facet models verify" : "not known"],
  ]);
  const problem = known.failure ?? (format.ok ? null : format.failure);
  if (problem !== null) {
    const { happened, advice } = failureText(problem);
    output.line(`  ${happened} ${advice}`);
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
    [`${ANSWERS[answer]}.`, words].filter(Boolean).join(" "),
  ]);
}
