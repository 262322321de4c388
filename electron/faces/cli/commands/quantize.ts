// facet quantize MODEL [TYPE]: what each type would give, then a smaller file of a model in full precision.
import path from "node:path";
import type { Command } from "commander";
import { usualJudging } from "../../../contract/fit";
import type { ModelId } from "../../../contract/ids";
import type { StartQuantize } from "../../../contract/jobQueue";
import { QUANTIZABLE_WEIGHT_TYPES } from "../../../contract/jobs";
import type { QualityResults, QuantizePreview, QuantizeSource } from "../../../contract/quantize";
import {
  isUsualStep,
  QUANTIZATION_TYPES,
  type QuantizationType,
  type QuantizeStep,
} from "../../../contract/quantizeRecipe";
import { UserFile } from "../../../files/UserFile";
import { fitWords } from "../../../words/fitWords";
import { formatKl, formatPerplexity, formatShare } from "../../../words/qualityNumbers";
import { formatBytes, formatDecimal, formatSpeed } from "../../../words/quantities";
import { downloadRequest } from "../../../words/hubRequests";
import { proposalSentence } from "../../../words/quantizeWords";
import { typeWord } from "../../../words/typeWords";
import { stepsTaken } from "../../../words/stepWords";
import { chooseModelOrFile } from "../chooseByName";
import { t } from "../../../words/language";
import type { CommandContext } from "../CommandContext";
import { CommandError, EXIT } from "../CommandError";
import { examples } from "../examples";
import { runJob } from "../followJob";
import { chooseVariant, readHubAddress } from "../hubVariant";
import type { Output } from "../Output";
import { valueOf } from "../useOutcome";

const GGUF_MAGIC = "GGUF";

interface QuantizeOptions {
  /** true: with the text that comes with Facet; a file: with that text too, or by that importance matrix; absent = as is usual for the type. */
  calibrate?: boolean | string;
  measure?: boolean;
  keepSource?: boolean;
  name?: string;
}

export function addQuantizeCommand(program: Command, context: CommandContext): void {
  program
    .command("quantize")
    .description(t("make a smaller file of a model in 16 or 8 bits; without a type: what each type would give"))
    .argument(
      "<model>",
      t("an installed model, a GGUF file, or {form}, which is downloaded first", { form: "hf:OWNER/NAME[:FILE]" }),
    )
    .argument("[type]", t("the type to write: Q4_K_M, Q8_0 …"), readType)
    .option(
      "--calibrate [file]",
      t("calibrate, also with a text of yours, or by an importance matrix (default at four bits and below)"),
    )
    .option("--no-calibrate", t("don’t calibrate"))
    .option("--measure", t("compare the new file with its source: perplexity, divergence, speed"))
    .option("--keep-source", t("of a download: keep the large file too"))
    .option("--name <name>", t("name of the new model in the list"))
    .addHelpText(
      "after",
      examples(
        ["facet quantize smollm2", t("the types with their sizes, and the one that is proposed")],
        ["facet quantize smollm2 Q4_K_M --measure", t("quantize, then measure what it cost in quality")],
        [
          "facet quantize hf:Qwen/Qwen3-0.6B-GGUF Q4_K_M",
          t("download the full file, quantize it, and delete it again"),
        ],
        ["facet quantize ./My-F16.gguf Q5_K_M --calibrate notes.txt"],
      ),
    )
    .action((model: string, type: QuantizationType | undefined, options: QuantizeOptions) =>
      type === undefined ? showTypes(model, options, context) : quantize(model, type, options, context),
    );
}

function readType(text: string): QuantizationType {
  const type = QUANTIZATION_TYPES.find((one) => one === text.toUpperCase());
  if (type === undefined)
    throw new CommandError(
      t("There is no type “{text}”. The types are {types}.", { text, types: QUANTIZATION_TYPES.join(", ") }),
      EXIT.wrongUse,
    );
  return type;
}

async function showTypes(model: string, options: QuantizeOptions, context: CommandContext): Promise<void> {
  const { measure, keepSource, name } = options;
  if (measure ?? keepSource ?? name !== undefined)
    throw new CommandError(t("Name a type too: without one, nothing is written."), EXIT.wrongUse);
  const { output } = context;
  const { source } = await chooseSource(model, context);
  const application = await context.application();
  const preview = valueOf(
    await application.call("quantize.preview", {
      source,
      steps: options.calibrate === undefined ? null : options.calibrate === false ? [] : ["calibrate"],
      ...usualJudging,
    }),
  );
  output.data(shortened(preview));
  const { types, proposal } = preview;
  if (types.length === 0) output.remark(t("No type is smaller than this file. It can be used as it is."));
  else
    output.table(
      [
        { head: t("Type") },
        { head: "" },
        { head: t("Size"), isNumber: true },
        { head: t("Bits"), isNumber: true },
        { head: t("Steps") },
        { head: t("On this computer") },
      ],
      types.map(({ preview: { type, fileBytes, bitsPerWeight, steps }, fit }) => [
        type === proposal?.type ? output.bold(`${type} *`) : type,
        typeWord(type) ?? "",
        formatBytes(fileBytes),
        formatDecimal(bitsPerWeight, 2),
        stepsTaken(steps),
        fitWords(fit),
      ]),
    );
  if (proposal !== null) output.remark(`* ${proposalSentence(proposal.type, proposal.reason)}`);
}

/** Hundreds of tensors for each type say nothing that the sums do not. */
function shortened({ types, ...preview }: QuantizePreview) {
  return {
    ...preview,
    types: types.map(({ preview: { tensors, ...type }, fit }) => ({
      ...type,
      tensorsOfOtherTypes: tensors.filter(({ widthDoesNotDivide }) => widthDoesNotDivide).length,
      fit,
    })),
  };
}

async function quantize(
  model: string,
  type: QuantizationType,
  { calibrate, measure = false, keepSource = false, name }: QuantizeOptions,
  context: CommandContext,
): Promise<void> {
  const { source } = await chooseSource(model, context);
  const calibration = typeof calibrate === "string" ? await calibrationBy(calibrate, source, context) : calibrate;
  const order = quantizeOrder({ source, type, calibration, measureQuality: measure, keepSource });
  const application = await context.application();
  // The program that does it stays until what it made is looked up, too.
  await application.during(() => orderAndShow(order, { type, measure, name }, context));
}

async function orderAndShow(
  order: StartQuantize,
  { type, measure, name }: { type: QuantizationType; measure: boolean; name: string | undefined },
  context: CommandContext,
): Promise<void> {
  const { output } = context;
  // Two names for one model: that of the first order counts.
  let isJoined = false;
  const done = await runJob(order, context, () => {
    isJoined = true;
    output.remark(
      name === undefined
        ? t("This file is already being made. Waiting for it.")
        : t(
            "This file is already being made. Waiting for it. {option} is not used: the order that came first names it.",
            {
              option: "--name",
            },
          ),
    );
  });
  const { modelId, tookMs, qualityFailure } = done.state;
  const application = await context.application();
  if (modelId === null) throw new CommandError(t("The new file was moved or deleted as soon as it was there."));
  if (name !== undefined && !isJoined) valueOf(await application.call("models.rename", { modelId, name }));
  const { models } = valueOf(await application.call("app.snapshot", undefined));
  const made = models.find(({ id }) => id === modelId);
  const file = valueOf(await application.call("models.path", { modelId }));
  const quality = measure && qualityFailure === null ? await measured(modelId, order.source, context) : null;
  output.data({ model: made, path: file, sizeBytes: made?.sizeBytes, type, tookMs, quality });
  output.line(`${file}  ${formatBytes(made?.sizeBytes ?? 0)}`);
  if (quality !== null) printQuality(quality, output);
}

type CalibrateStep = Extract<QuantizeStep, { kind: "calibrate" }>;

/** The order of the job; the only place where it is put together. `calibration`: by what, on or off, undefined = as is usual for the type. */
function quantizeOrder({
  type,
  calibration,
  ...order
}: Omit<StartQuantize, "kind" | "recipe"> & {
  type: QuantizationType;
  calibration: CalibrateStep["with"] | boolean | undefined;
}): StartQuantize {
  const chosen = calibration ?? isUsualStep("calibrate", type);
  const by = chosen === true ? { kind: "text" as const, ownTextId: null } : chosen;
  return {
    kind: "quantize",
    ...order,
    recipe: { type, steps: by === false ? [] : [{ kind: "calibrate", with: by }] },
  };
}

/** A matrix is a GGUF file; any other is taken for a text. */
async function calibrationBy(
  file: string,
  source: QuantizeSource,
  context: CommandContext,
): Promise<CalibrateStep["with"]> {
  const chosen = path.resolve(file);
  const application = await context.application();
  if (!(await isGguf(chosen))) {
    const { id } = valueOf(await application.call("quantize.useText", { path: chosen }));
    return { kind: "text", ownTextId: id };
  }
  if (source.kind === "hub")
    throw new CommandError(
      t("An importance matrix belongs to a model on this computer. Download the model first, then quantize it."),
      EXIT.wrongUse,
    );
  valueOf(await application.call("quantize.importMatrixFrom", { modelId: source.modelId, path: chosen }));
  return { kind: "imported" };
}

/** False also for what cannot be read: the application says why. */
async function isGguf(file: string): Promise<boolean> {
  const opened = await UserFile.open(file).catch(() => null);
  if (opened === null) return false;
  try {
    return Buffer.from(await opened.readAt(0, GGUF_MAGIC.length)).toString("latin1") === GGUF_MAGIC;
  } catch {
    return false;
  } finally {
    await opened.close();
  }
}

async function chooseSource(text: string, context: CommandContext): Promise<{ source: QuantizeSource }> {
  const application = await context.application();
  const address = readHubAddress(text);
  if (address === null) {
    const { id } = await chooseModelOrFile(text, application);
    return { source: { kind: "installed", modelId: id } };
  }
  const model = valueOf(await application.call("hub.model", { repository: address.repository, isFresh: true }));
  const variant = chooseVariant(
    model,
    address.file,
    ({ quantization, obstacle }) => obstacle === null && QUANTIZABLE_WEIGHT_TYPES.has(quantization ?? ""),
  );
  if (variant.obstacle !== null)
    throw new CommandError(t("“{file}” cannot be downloaded from Hugging Face as a whole.", { file: variant.id }));
  return { source: { kind: "hub", download: downloadRequest(model, variant) } };
}

/** The new model beside its source. */
async function measured(
  modelId: ModelId,
  source: QuantizeSource,
  context: CommandContext,
): Promise<QualityResults["variants"]> {
  const application = await context.application();
  const { variants } = valueOf(await application.call("quality.results", { modelId }));
  const sourceId = source.kind === "installed" ? source.modelId : null;
  return variants.filter((variant) => variant.isSource || variant.modelId === modelId || variant.modelId === sourceId);
}

function printQuality(variants: QualityResults["variants"], output: Output): void {
  output.line();
  output.table(
    [
      { head: "" },
      { head: t("Size"), isNumber: true },
      { head: t("Perplexity"), isNumber: true },
      { head: t("Divergence"), isNumber: true },
      { head: t("Same token"), isNumber: true },
      { head: t("Reads"), isNumber: true },
      { head: t("Writes"), isNumber: true },
    ],
    variants.map(({ name, isSource, quality: { fileBytes, perplexity, klMean, sameTopToken, speed } }) => [
      isSource ? t("{name} (source)", { name }) : name,
      formatBytes(fileBytes),
      formatPerplexity(perplexity),
      isSource ? "" : formatKl(klMean),
      isSource ? "" : formatShare(sameTopToken),
      speed === null ? "" : formatSpeed(speed.prefillTokensPerSecond),
      speed === null ? "" : formatSpeed(speed.decodeTokensPerSecond),
    ]),
  );
}
