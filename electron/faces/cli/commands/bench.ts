// facet bench: how fast a model reads a prompt and writes an answer, alone and with fine-tunes.
import type { Command } from "commander";
import type { AnswerFacts } from "../../../contract/chat";
import type { InstalledModel } from "../../../contract/model";
import { defaultChatSettings } from "../../../contract/sampling";
import type { ApplicationClient } from "../../../instance/ApplicationClient";
import { t } from "../../../words/language";
import { formatCount, formatMilliseconds, formatSpeed } from "../../../words/quantities";
import { ChatSession } from "../chat/ChatSession";
import { chooseStack, stackName, type ChosenStack } from "../chat/chooseStack";
import { chooseModelOrFile } from "../chooseByName";
import type { CommandContext } from "../CommandContext";
import { CommandError, EXIT } from "../CommandError";
import { examples } from "../examples";
import { wholeNumber } from "../readOption";
import { repeatedOption } from "../repeatedOption";
import { errorOf, valueOf } from "../useOutcome";

const DEFAULT_PROMPT_TOKENS = 512;
const DEFAULT_ANSWER_TOKENS = 128;
const TOKENS = { min: 2, max: 1_000_000 };
/** For the chat template around the prompt. */
const SPARE_TOKENS = 128;
const SENTENCE = "The quick brown fox jumps over the lazy dog near the river bank, and nobody in the village minds. "; // not translated
const TASK = "\nTell a long story about this fox. Do not stop before it is very old."; // not translated

interface BenchOptions {
  delta?: string[];
  promptTokens: number;
  tokens: number;
}

interface Measurement {
  fineTune: string | null;
  facts: AnswerFacts;
  /** Of the first use; null for the base. */
  deltaLoadMs: number | null;
}

export function addBenchCommand(program: Command, context: CommandContext): void {
  program
    .command("bench")
    .description(t("measure how fast a model reads and writes, alone and with each of the given fine-tunes"))
    .argument("<model>", t("its name or the unambiguous start of it, or a GGUF file"))
    .option("-d, --delta <name[@scale]>", t("also with this fine-tune; can be given several times"), repeatedOption)
    .option(
      "--prompt-tokens <number>",
      t("length of the prompt, in tokens"),
      wholeNumber("--prompt-tokens", TOKENS),
      DEFAULT_PROMPT_TOKENS,
    )
    .option("--tokens <number>", t("longest answer, in tokens"), wholeNumber("--tokens", TOKENS), DEFAULT_ANSWER_TOKENS)
    .addHelpText(
      "after",
      examples(["facet bench smol"], ["facet bench smol --delta pirate --delta poet --prompt-tokens 2000"]),
    )
    .action((model: string, options: BenchOptions) => runBench(model, options, context));
}

async function runBench(wanted: string, options: BenchOptions, context: CommandContext): Promise<void> {
  const { promptTokens, tokens: answerTokens } = options;
  const { output } = context;
  const application = await context.application();
  const model = await chooseModelOrFile(wanted, application);
  const stacks: ChosenStack[] = [[]];
  for (const name of options.delta ?? []) stacks.push(await chooseStack([name], model, application));
  const measured = await application.during(() =>
    measure(model, stacks, { promptTokens, answerTokens }, application, context),
  );
  output.data(
    measured.map(({ fineTune, facts, deltaLoadMs }) => ({
      model: model.name,
      fineTune,
      promptTokens: facts.promptTokens,
      cachedTokens: facts.cachedTokens,
      answerTokens: facts.answerTokens,
      prefillTokensPerSecond: facts.prefillTokensPerSecond,
      decodeTokensPerSecond: facts.decodeTokensPerSecond,
      timeToFirstTokenMs: facts.timeToFirstTokenMs,
      deltaLoadMs,
      deltaSwitchMs: facts.deltaSwitchMs,
    })),
  );
  const time = (value: number | null) => (value === null ? "–" : formatMilliseconds(value));
  const speed = (value: number | null) => (value === null ? "–" : formatSpeed(value));
  output.table(
    [
      { head: t("With@@the model or a fine-tune") },
      { head: t("Reads"), isNumber: true },
      { head: t("Writes"), isNumber: true },
      { head: t("First token"), isNumber: true },
      { head: t("Loading"), isNumber: true },
      { head: t("Switching"), isNumber: true },
    ],
    measured.map(({ fineTune, facts, deltaLoadMs }) => [
      fineTune ?? model.name,
      speed(facts.prefillTokensPerSecond),
      speed(facts.decodeTokensPerSecond),
      time(facts.timeToFirstTokenMs),
      time(deltaLoadMs),
      time(facts.deltaSwitchMs),
    ]),
  );
  const [first] = measured;
  if (first !== undefined)
    output.remark(
      t("Measured with a prompt of {prompt} tokens and an answer of up to {answer} tokens.", {
        prompt: formatCount(first.facts.promptTokens),
        answer: formatCount(answerTokens),
      }),
    );
}

/** Twice each: the first time brings fine-tunes into memory, the second time is measured. */
async function measure(
  model: InstalledModel,
  stacks: readonly ChosenStack[],
  { promptTokens, answerTokens }: { promptTokens: number; answerTokens: number },
  application: ApplicationClient,
  { output, signal }: CommandContext,
): Promise<Measurement[]> {
  const sessionWith = (stack: ChosenStack, maxTokens: number) =>
    new ChatSession({
      application,
      output,
      model,
      stack,
      settings: { ...defaultChatSettings, sampling: { temperature: 0 }, seed: 1, maxTokens },
      decide: async () => null,
    });
  const { contextSizeTokens } = await sessionWith([], 1).load(signal);
  if (promptTokens + answerTokens + SPARE_TOKENS > contextSizeTokens)
    throw new CommandError(
      t("The context of {model} has {count} tokens now: too few for so long a prompt and answer.", {
        model: model.name,
        count: formatCount(contextSizeTokens),
      }),
      EXIT.wrongUse,
    );
  const prompt = await promptOf(promptTokens, application);
  const progress = output.progress(t("Measuring"));
  let done = 0;
  /** Another beginning each time, so that nothing of the prompt is known already. */
  const answered = async (stack: ChosenStack, text: string, maxTokens: number): Promise<AnswerFacts> => {
    progress.update(done / (stacks.length * 2), stackName(stack) || model.name);
    const session = sessionWith(stack, maxTokens);
    try {
      const answer = await session.ask(`${++done}. ${text}`, { signal });
      if (answer.failure !== null) throw errorOf(answer.failure);
      if (answer.state !== "complete" || answer.facts === null)
        throw new CommandError(t("The measurement was stopped."), EXIT.cancelled);
      return answer.facts;
    } finally {
      await session.delete();
    }
  };
  try {
    const loads: (number | null)[] = [];
    for (const stack of stacks) loads.push((await answered(stack, TASK, 2)).deltaLoadMs);
    const measured: Measurement[] = [];
    for (const [index, stack] of stacks.entries()) {
      const facts = await answered(stack, prompt, answerTokens);
      measured.push({ fineTune: stackName(stack) || null, facts, deltaLoadMs: loads[index] ?? null });
      signal.throwIfAborted();
    }
    return measured;
  } finally {
    progress.end();
  }
}

/** As many tokens as wanted, give or take a few. */
async function promptOf(tokens: number, application: ApplicationClient): Promise<string> {
  const count = async (text: string) => valueOf(await application.call("engine.countTokens", { text })) ?? 1;
  const ofSentence = (await count(SENTENCE.repeat(10))) / 10;
  const sentences = Math.max(0, Math.round((tokens - (await count(TASK))) / ofSentence));
  return SENTENCE.repeat(sentences) + TASK;
}
