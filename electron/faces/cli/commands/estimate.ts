// facet estimate: whether a model fits this computer, and what takes the memory.
import { Option, type Command } from "commander";
import {
  MAX_JUDGED_CONTEXT_TOKENS,
  MIN_JUDGED_CONTEXT_TOKENS,
  usualJudging,
  type Fit,
  type FitSource,
  type KvCacheType,
} from "../../../contract/fit";
import {
  contextNotes,
  fitSentence,
  freeBytes,
  machineNumbers,
  partNumbers,
  whyUnknown,
  type FitNumber,
} from "../../../words/fitWords";
import { hubSource } from "../../../words/hubRequests";
import { modelTitle } from "../../../words/modelTitle";
import { formatBytes, formatCount } from "../../../words/quantities";
import { obstacleWords, variantName } from "../../../words/variantWords";
import { chooseModel } from "../chooseByName";
import { t } from "../../../words/language";
import type { CommandContext, Reader } from "../CommandContext";
import { CommandError, EXIT } from "../CommandError";
import { hubAddressIn, readHubModel } from "../hubModel";
import { chooseVariant, type HubAddress } from "../hubVariant";
import { judgeFit, judgeVariants, type Judging } from "../judgeFit";
import { examples } from "../examples";
import type { Output } from "../Output";
import { withChoices } from "../readOption";
import { writeNumbers } from "../writeFacts";

const KV_TYPES = ["f16", "q8_0", "q4_0"] as const satisfies readonly KvCacheType[];

export function addEstimateCommand(program: Command, context: CommandContext): void {
  program
    .command("estimate")
    .description(t("whether a model fits into this computer’s memory, and what takes how much; nothing is loaded"))
    .argument(
      "<model>",
      t("an installed model, or {form} on Hugging Face, of which only the header is read", {
        form: "OWNER/NAME[:QUANT]",
      }),
    )
    .addOption(
      new Option("-c, --context <tokens>", t("context size to judge: 8192, or 8k"))
        .argParser(readContext)
        .default(usualJudging.contextSizeTokens),
    )
    .addOption(
      withChoices(new Option("--kv <type>", t("type of the KV cache")), KV_TYPES).default(usualJudging.kvCacheType),
    )
    .addHelpText(
      "after",
      examples(["facet estimate smollm2 --context 8k"], ["facet estimate hf:Qwen/Qwen3-8B-GGUF:Q4_K_M --kv q8_0"]),
    )
    .action((wanted: string, { context: contextSizeTokens, kv }: { context: number; kv: KvCacheType }) =>
      estimate(wanted, { contextSizeTokens, kvCacheType: kv }, context),
    );
}

async function estimate(wanted: string, judging: Judging, context: CommandContext): Promise<void> {
  const { output, signal } = context;
  const reader = await context.reader();
  const address = hubAddressIn(wanted);
  const { name, source } =
    address === null ? await installedSource(wanted, reader) : await sourceAtHub(address, judging, reader, context);
  const fit = await judgeFit({ source, ...judging }, reader, signal);
  output.data({ name, ...fit });
  writeFit(name, fit, output);
}

interface NamedSource {
  readonly name: string;
  readonly source: FitSource;
}

async function installedSource(wanted: string, reader: Reader): Promise<NamedSource> {
  const { id, name } = await chooseModel(wanted, reader);
  return { name, source: { kind: "installed", modelId: id } };
}

/** Without :QUANT the variant that is proposed, or the smallest where none is. */
async function sourceAtHub(
  address: HubAddress,
  judging: Judging,
  reader: Reader,
  context: CommandContext,
): Promise<NamedSource> {
  const model = await readHubModel(address, reader, context);
  let variant;
  if (address.file === null) {
    const { choice, variants } = await judgeVariants(model, judging, { all: false }, reader, context);
    variant = choice.kind === "best" ? choice.variant : variants.find(({ obstacle }) => obstacle === null);
    if (variant === undefined)
      throw new CommandError(choice.kind === "none" ? `${choice.why}.` : t("It is not known whether it fits."));
    if (variants.length > 1)
      context.output.remark(
        t("{variant} of {count, plural, one {# variant} other {# variants}}. Name another with {form}.", {
          variant: variantName(variant, variants),
          count: variants.length,
          form: ":QUANT",
        }),
      );
  } else variant = chooseVariant(model, address.file, () => false);
  const source = hubSource(model, variant);
  if (source === null)
    throw new CommandError(
      variant.obstacle === null
        ? t("It couldn’t be judged whether this file fits.")
        : `${obstacleWords(variant.obstacle)}.`,
    );
  return { name: `${modelTitle(address.repository)} · ${variantName(variant, model.variants)}`, source };
}

function writeFit(name: string, fit: Fit, output: Output): void {
  output.line(output.bold(fitSentence(name, fit)));
  if (fit.parts === null) {
    output.line(whyUnknown(fit));
    return;
  }
  const needed: FitNumber = { name: t("Needed"), bytes: fit.neededBytes ?? 0 };
  const free: FitNumber = { name: t("Free for a model"), bytes: freeBytes(fit.machine) };
  const parts = [...partNumbers(fit.parts, fit), needed];
  const machine = [...machineNumbers(fit.machine), free];
  const inWords = (numbers: readonly FitNumber[]) =>
    numbers.map((number) => [number.name, formatBytes(number.bytes)] as const);
  output.line();
  writeNumbers(output, [inWords(parts), inWords(machine)]);
  output.line();
  output.line(
    fit.largestContextTokens === null
      ? t("No context fits.")
      : t("Largest context that fits: {count} tokens.", { count: formatCount(fit.largestContextTokens) }),
  );
  for (const note of contextNotes(fit)) output.line(note);
}

function readContext(text: string): number {
  const found = /^(\d+)\s*(k?)$/iu.exec(text);
  const tokens = Number(found?.[1]) * (found?.[2] ? 1024 : 1);
  if (!Number.isInteger(tokens) || tokens < MIN_JUDGED_CONTEXT_TOKENS || tokens > MAX_JUDGED_CONTEXT_TOKENS)
    throw new CommandError(
      t("{option} cannot be “{text}”. It is a number of tokens from {min} to {max}: 8192, or 8k.", {
        option: "--context",
        text,
        min: formatCount(MIN_JUDGED_CONTEXT_TOKENS),
        max: formatCount(MAX_JUDGED_CONTEXT_TOKENS),
      }),
      EXIT.wrongUse,
    );
  return tokens;
}
