// facet delta add, make, convert, export: fine-tunes that come to this computer, are made on it, change their form, or leave it.
import { existsSync, statSync } from "node:fs";
import path from "node:path";
import type { Command } from "commander";
import { MAX_EXTRACTED_RANK } from "../../../contract/deltaJobs";
import type { Delta } from "../../../contract/deltas";
import { RepositoryName } from "../../../contract/hub";
import type { DeltaId, ModelId } from "../../../contract/ids";
import type { StartMakeDelta } from "../../../contract/jobQueue";
import type { ApplicationClient } from "../../../instance/ApplicationClient";
import { deltaFacts } from "../../../words/deltaWords";
import { formatBytes } from "../../../words/quantities";
import { chooseDelta, chooseModelOrFile, noFile } from "../chooseByName";
import { t } from "../../../words/language";
import type { CommandContext } from "../CommandContext";
import { CommandError, EXIT } from "../CommandError";
import { examples } from "../examples";
import { runFileTask } from "../followFileTask";
import { runJob } from "../followJob";
import { readHubAddress, type HubAddress } from "../hubVariant";
import { wholeNumber } from "../readOption";
import { valueOf } from "../useOutcome";

export function addDeltaFileCommands(delta: Command, context: CommandContext): void {
  delta
    .command("add")
    .description(t("add a fine-tune: an adapter of llama.cpp (GGUF), or one of PEFT or MLX, which is converted"))
    .argument(
      "<source>",
      t("a file, a folder with an adapter, or {form} on Hugging Face", { form: "[hf:]OWNER/NAME[:FILE]" }),
    )
    .option("--base <model>", t("the model that an adapter of PEFT or MLX is converted for"))
    .option("--name <name>", t("name of the fine-tune in the list"))
    .addHelpText(
      "after",
      examples(
        ["facet delta add ./Pirate.gguf"],
        ["facet delta add ./checkpoint-500 --base smollm2 --name Pirate"],
        ["facet delta add hf:maker/Pirate-LoRA --base smollm2"],
      ),
    )
    .action((source: string, options: AddOptions) => add(source, options, context));
  delta
    .command("make")
    .description(t("make a small fine-tune from a base model and a full fine-tune of it (16, 32 or 8 bits)"))
    .argument("<base>", t("an installed model, or a GGUF file"))
    .argument("<fine-tune>", t("an installed model, or a GGUF file"))
    .option("--one-bit", t("one bit for each weight: the whole change (default)"))
    .option(
      "--rank <number>",
      t("a LoRA of this rank: only the strongest directions of the change"),
      wholeNumber("--rank", { min: 1, max: MAX_EXTRACTED_RANK }),
    )
    .option("--name <name>", t("name of the fine-tune in the list; without it, that of the model it is made of"))
    .option("--measure", t("measure how near it comes to the full fine-tune"))
    .action((base: string, fineTune: string, options: MakeOptions) => make(base, fineTune, options, context));
  delta
    .command("convert")
    .description(t("write an adapter of PEFT or MLX as a GGUF file, or a 1-bit fine-tune in its other form"))
    .argument("<file>", t("an adapter’s weights or folder, or a 1-bit fine-tune in a GGUF file"))
    .requiredOption("-o, --output <file>", t("the GGUF file to write"))
    .option("--base <model>", t("the model that an adapter of PEFT or MLX is converted for"))
    .option(
      "--compact",
      t("of a 1-bit fine-tune: the form to keep and to share; without it, the one that llama.cpp loads"),
    )
    .addHelpText(
      "after",
      examples(
        ["facet delta convert ./checkpoint-500 --base smollm2 -o Pirate.gguf"],
        ["facet delta convert Pirate.gguf --compact -o Pirate-compact.gguf"],
      ),
    )
    .action((file: string, options: ConvertOptions) => convert(file, options, context));
  delta
    .command("export")
    .description(t("write a fine-tune’s file, to be used by other programs or to be shared"))
    .argument("<name>", t("a fine-tune, by the beginning of its name"))
    .argument("<file>", t("the GGUF file to write"))
    .option("--compact", t("of a 1-bit fine-tune: a smaller file, which Facet expands when it is added"))
    .action((name: string, file: string, options: ExportOptions) => exportTo(name, file, options, context));
}

interface AddOptions {
  base?: string;
  name?: string;
}

async function add(source: string, { base, name }: AddOptions, context: CommandContext): Promise<void> {
  const application = await context.application();
  const address = existsSync(path.resolve(source)) ? null : (readHubAddress(source) ?? bareAddress(source));
  const baseId = base === undefined ? null : (await chooseModelOrFile(base, application)).id;
  // The program that adds it stays until it is looked up, too.
  await application.during(async () => {
    const deltaId = await explained(
      address === null ? addFile(path.resolve(source), baseId, context) : fetch(address, baseId, context),
    );
    if (name !== undefined) valueOf(await application.call("deltas.rename", { deltaId, name }));
    print(await deltaOf(deltaId, application), context);
  });
}

async function addFile(file: string, baseId: ModelId | null, context: CommandContext): Promise<DeltaId> {
  const { id } = await runFileTask({ kind: "add-fine-tune", label: t("Adding") }, context, (application) =>
    application.call("deltas.addPath", { path: file, baseId }),
  );
  return id;
}

async function fetch(
  { repository, file }: HubAddress,
  baseId: ModelId | null,
  context: CommandContext,
): Promise<DeltaId> {
  const hub = { repository, revision: null, path: file };
  return deltaIdOf(await runJob({ kind: "fetch-delta", hub, baseId }, context));
}

/** "OWNER/NAME" where no such file is, and where no file can be meant. */
function bareAddress(text: string): HubAddress {
  const repository = RepositoryName.safeParse(text);
  if (repository.success && !/\.(?:gguf|safetensors)$/iu.test(text)) return { repository: repository.data, file: null };
  throw new CommandError(noFile(text), EXIT.notFound);
}

interface MakeOptions {
  oneBit?: true;
  rank?: number;
  name?: string;
  measure?: true;
}

async function make(base: string, fineTune: string, options: MakeOptions, context: CommandContext): Promise<void> {
  const { oneBit = false, rank, name, measure = false } = options;
  if (oneBit && rank !== undefined)
    throw new CommandError(
      t("Choose one of {oneBit} and {rank}.", { oneBit: "--one-bit", rank: "--rank" }),
      EXIT.wrongUse,
    );
  const application = await context.application();
  const { id: baseId } = await chooseModelOrFile(base, application);
  const { id: fineTuneId, name: fineTuneName } = await chooseModelOrFile(fineTune, application);
  // Says in a moment what the job would find out later.
  valueOf(await application.call("deltas.previewMake", { baseId, fineTuneId }));
  const start: StartMakeDelta = {
    kind: "make-delta",
    baseId,
    fineTuneId,
    name: name ?? fineTuneName,
    result: rank === undefined ? { kind: "bitdelta", compact: false } : { kind: "lora", rank },
    measureFidelity: measure,
  };
  // The program that makes it stays until it is looked up, too.
  await application.during(async () =>
    print(await deltaOf(deltaIdOf(await runJob(start, context)), application), context),
  );
}

interface ConvertOptions {
  output: string;
  base?: string;
  compact?: true;
}

async function convert(file: string, options: ConvertOptions, context: CommandContext): Promise<void> {
  const source = path.resolve(file);
  if (!existsSync(source)) throw new CommandError(noFile(file), EXIT.notFound);
  const application = await context.application();
  const baseId = options.base === undefined ? null : (await chooseModelOrFile(options.base, application)).id;
  const target = path.resolve(options.output);
  await explained(
    runFileTask({ kind: "write-fine-tune", label: t("Converting") }, context, (client) =>
      client.call("deltas.convertFile", { path: source, baseId, target, compact: options.compact ?? false }),
    ),
  );
  printFile(target, context);
}

interface ExportOptions {
  compact?: true;
}

async function exportTo(name: string, file: string, options: ExportOptions, context: CommandContext): Promise<void> {
  const target = path.resolve(file);
  const application = await context.application();
  const { id: deltaId } = await chooseDelta(name, application);
  await runFileTask({ kind: "write-fine-tune", label: t("Writing") }, context, (client) =>
    // A dialog would ask whether to replace a file.
    client.call("deltas.exportTo", { deltaId, path: target, compact: options.compact ?? false, replaces: false }),
  );
  printFile(target, context);
}

function deltaIdOf({ state: { deltaId } }: Awaited<ReturnType<typeof runJob>>): DeltaId {
  if (deltaId === null) throw new Error("a job on a fine-tune ended without one");
  return deltaId;
}

async function deltaOf(deltaId: DeltaId, application: ApplicationClient): Promise<Delta> {
  const found = valueOf(await application.call("deltas.list", undefined)).find(({ id }) => id === deltaId);
  if (found === undefined) throw new CommandError(t("The fine-tune was deleted meanwhile."));
  return found;
}

function print(delta: Delta, { output }: CommandContext): void {
  output.data(delta);
  output.line(
    t("“{name}” is among your fine-tunes ({facts}).", { name: delta.name, facts: deltaFacts(delta).join(" · ") }),
  );
}

function printFile(file: string, { output }: CommandContext): void {
  const sizeBytes = statSync(file).size;
  output.data({ path: file, sizeBytes });
  output.line(`${file}  ${formatBytes(sizeBytes)}`);
}

/** In a window the model would be chosen; here it is named. */
async function explained<Value>(work: Promise<Value>): Promise<Value> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof CommandError) || error.failure?.code !== "peft-base-needed") throw error;
    throw new CommandError(
      t("The adapter has to be converted for the model that it was trained on. Name that model with {option}.", {
        option: "--base",
      }),
      error.exitCode,
      error.failure,
    );
  }
}
