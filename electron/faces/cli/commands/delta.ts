// facet delta …: the fine-tunes on this computer: which there are, what their files say, which model they go with.
import { existsSync } from "node:fs";
import path from "node:path";
import type { Command } from "commander";
import type { DeltaDetails } from "../../../contract/deltaDetails";
import type { Delta, DeltaFacts, DeltaForModel } from "../../../contract/deltas";
import {
  baseName,
  baseTitle,
  keptWords,
  kindAndRank,
  matchWords,
  originWords,
  problemWords,
} from "../../../words/deltaWords";
import { failureText } from "../../../words/failureText";
import { formatBytes, formatCount, formatDecimal, formatPercent } from "../../../words/quantities";
import { chooseDelta, chooseModelOrFile, noFineTunes } from "../chooseByName";
import { t } from "../../../words/language";
import type { CommandContext } from "../CommandContext";
import { CommandError } from "../CommandError";
import { examples } from "../examples";
import type { Output } from "../Output";
import { errorOf, valueOf } from "../useOutcome";
import { writeFacts, type Fact } from "../writeFacts";
import { addDeltaFileCommands } from "./deltaFiles";

export function addDeltaCommands(program: Command, context: CommandContext): void {
  const delta = program
    .command("delta")
    .alias("deltas")
    .description(t("fine-tunes: small files that change what a model does, switched in milliseconds"))
    .addHelpText(
      "after",
      examples(
        ["facet delta list smollm2", t("the fine-tunes, those that fit the model first")],
        ["facet delta add maker/Pirate-LoRA --base smollm2"],
        ["facet delta make ./base-F16.gguf ./tuned-F16.gguf --name Pirate --measure"],
      ),
    );
  delta
    .command("list")
    .alias("ls")
    .description(t("the fine-tunes; with a model, also which of them fit it"))
    .argument("[model]", t("an installed model, or a GGUF file"))
    .action((model: string | undefined) => (model === undefined ? listDeltas(context) : listFor(model, context)));
  delta
    .command("info")
    .description(t("what a fine-tune is, what it was made for, how it was made"))
    .argument("<name>", t("a fine-tune by the beginning of its name, or an adapter in a GGUF file"))
    .action((name: string) => showInfo(name, context));
  delta
    .command("check")
    .description(t("say whether a fine-tune fits a model, and why not; the exit code says it too"))
    .argument("<name>", t("a fine-tune, by the beginning of its name"))
    .argument("<model>", t("an installed model, or a GGUF file"))
    .action((name: string, model: string) => check(name, model, context));
  addDeltaFileCommands(delta, context);
  delta
    .command("remove")
    .alias("rm")
    .description(t("move a fine-tune’s file to the trash; answers that it wrote keep its name"))
    .argument("<name>", t("a fine-tune, by the beginning of its name"))
    .action((name: string) => remove(name, context));
}

async function listDeltas({ output, reader }: CommandContext): Promise<void> {
  const read = await reader();
  const deltas = valueOf(await read.call("deltas.list", undefined));
  const found = valueOf(await read.call("deltas.found", undefined));
  output.data(deltas);
  if (deltas.length === 0) output.remark(noFineTunes());
  else printTable(deltas, (each) => (each.failure === null ? "" : failureText(each.failure).happened), output);
  if (found.length > 0)
    output.remark(
      t("In the fine-tunes folder, but not in the list: {files}. Add them with: {command}", {
        files: found.map(({ fileName }) => fileName).join(", "),
        command: "facet delta add FILE",
      }),
    );
}

async function listFor(wanted: string, context: CommandContext): Promise<void> {
  const { output } = context;
  const { deltas } = await deltasFor(wanted, context);
  output.data(deltas);
  if (deltas.length === 0) output.remark(noFineTunes());
  else {
    const byId = new Map(deltas.map((each) => [each.delta.id, each]));
    printTable(
      deltas.map(({ delta }) => delta),
      ({ id }) => matchLine(byId.get(id)),
      output,
    );
  }
}

function matchLine(each: DeltaForModel | undefined): string {
  return each === undefined
    ? ""
    : (problemWords(each) ?? t("fits; recognized by: {reason}", { reason: matchWords(each) }));
}

function printTable(deltas: readonly Delta[], remark: (delta: Delta) => string, output: Output): void {
  output.table(
    [
      { head: t("Name") },
      { head: t("Kind") },
      { head: t("Size"), isNumber: true },
      { head: t("Made for") },
      { head: "" },
    ],
    deltas.map((delta) => [
      delta.name,
      kindAndRank(delta.facts),
      formatBytes(delta.sizeBytes),
      baseTitle(delta),
      remark(delta),
    ]),
  );
}

/** A model file that is not listed yet is listed for that. */
async function deltasFor(
  wanted: string,
  context: CommandContext,
): Promise<{ modelName: string; deltas: readonly DeltaForModel[] }> {
  const application = await context.application();
  const model = await chooseModelOrFile(wanted, application);
  const { deltas } = valueOf(await application.call("deltas.forModel", { modelId: model.id }));
  return { modelName: model.name, deltas };
}

async function check(name: string, wanted: string, context: CommandContext): Promise<void> {
  const { output } = context;
  const { id } = await chooseDelta(name, await context.reader());
  const { modelName, deltas } = await deltasFor(wanted, context);
  const found = deltas.find(({ delta }) => delta.id === id);
  if (found === undefined) throw new CommandError(t("The fine-tune was deleted meanwhile."));
  const problem = found.delta.failure ?? found.failure;
  if (problem !== null) throw errorOf(problem);
  output.data(found);
  output.line(
    t("{delta} fits {model}. Recognised by: {reason}.", {
      delta: found.delta.name,
      model: modelName,
      reason: matchWords(found),
    }),
  );
}

async function showInfo(wanted: string, context: CommandContext): Promise<void> {
  const { output } = context;
  const reader = await context.reader();
  const file = path.resolve(wanted);
  if (/[\\/.]/u.test(wanted) && existsSync(file)) {
    const { facts, details } = valueOf(await reader.call("deltas.inspectFile", { path: file }));
    output.data({ path: file, facts, details });
    writeFacts(output, [[t("File"), file], ...factRows(facts, details)]);
    return;
  }
  const delta = await chooseDelta(wanted, reader);
  if (delta.failure !== null) output.remark(failureText(delta.failure).happened);
  const details = valueOf(await reader.call("deltas.details", { deltaId: delta.id }));
  output.data({ ...delta, details });
  writeFacts(output, [
    [t("Name"), delta.name],
    [t("Size"), formatBytes(delta.sizeBytes)],
    [t("Origin"), originWords(delta.origin)],
    ...factRows({ ...delta.facts, baseName: baseName(delta) }, details),
  ]);
}

function factRows(facts: DeltaFacts, { weights, bitsPerWeight, making }: DeltaDetails): Fact[] {
  return [
    [t("Kind"), kindAndRank(facts)],
    [t("Made for"), madeFor(facts)],
    [t("Known by"), facts.baseFingerprint === null ? t("its shapes alone") : t("the base’s fingerprint")],
    [t("Licence"), facts.licence],
    [
      t("Changes"),
      t("{count, plural, one {# tensor} other {# tensors}} with {weights} weights, {bits} bits each", {
        count: facts.changedTensorCount,
        weights: formatCount(weights),
        bits: formatDecimal(bitsPerWeight, 2),
      }),
    ],
    [t("In memory"), formatBytes(facts.weightsBytes)],
    [t("Made from"), making && making.fineTuneName],
    [t("Of the change"), making && t("{percent} in the file", { percent: formatPercent(making.captured) })],
    [t("Measured"), making && keptWords(facts.fidelity)],
  ];
}

function madeFor({ baseName: name, architecture }: DeltaFacts): string {
  return name === null
    ? t("a model that isn’t named ({architecture})", { architecture })
    : t("{model} ({architecture})", { model: name, architecture });
}

async function remove(wanted: string, context: CommandContext): Promise<void> {
  const { output } = context;
  const application = await context.application();
  const delta = await chooseDelta(wanted, application);
  valueOf(await application.call("deltas.delete", { deltaId: delta.id }));
  output.data(delta);
  output.remark(t("“{name}” is in the trash.", { name: delta.name }));
}
