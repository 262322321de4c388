// facet chat: with one prompt, or as long as the user likes.
import type { Command } from "commander";
import type { Message } from "../../../contract/chat";
import { failure } from "../../../contract/failure";
import type { InstalledModel } from "../../../contract/model";
import type { Snapshot } from "../../../contract/methods";
import { textOf } from "../../../contract/parts";
import { defaultChatSettings, type ChatSettings } from "../../../contract/sampling";
import type { ApplicationClient } from "../../../instance/ApplicationClient";
import { t } from "../../../words/language";
import { AnswerPrinter } from "../chat/AnswerPrinter";
import { answerProblem } from "../chat/answerProblem";
import { readGrammarFile, readSchemaFile } from "../chat/answerForm";
import { CHAT_NUMBERS } from "../chat/chatNumbers";
import { ChatSession } from "../chat/ChatSession";
import { chooseStack } from "../chat/chooseStack";
import { thinkingOf, thinkingProblem } from "../chat/chooseThinking";
import { notSavedProblem } from "../chat/notSavedProblem";
import { InteractiveChat } from "../chat/InteractiveChat";
import { standardInput } from "../chat/standardInput";
import { chooseModelOrFile } from "../chooseByName";
import type { CommandContext } from "../CommandContext";
import { CommandError, EXIT } from "../CommandError";
import { examples } from "../examples";
import type { Output } from "../Output";
import { repeatedOption } from "../repeatedOption";
import { errorOf, valueOf } from "../useOutcome";

interface ChatOptions extends Readonly<Record<string, unknown>> {
  delta?: string[];
  system?: string;
  prompt?: string;
  think?: string;
  schema?: string;
  grammar?: string;
}

export function addChatCommand(program: Command, context: CommandContext): void {
  const chat = program
    .command("chat")
    .description(t("chat with a model; with -p or piped text one answer is written to standard output"))
    .argument("[model]", t("its name or the unambiguous start of it, or a GGUF file; without it the last one used"))
    .option("-p, --prompt <text>", t("answer this and end; piped text follows it"))
    .option("-d, --delta <name[@scale]>", t("a fine-tune, with its strength; several answer together"), repeatedOption)
    .option("-s, --system <text>", t("tell the model how to answer"));
  for (const { name, description } of CHAT_NUMBERS) chat.option(`--${name} <number>`, description());
  chat
    .option("--think <on|off>", t("whether the model thinks before it answers, where it can"))
    .option("--schema <file>", t("the answer is JSON that follows this JSON schema"))
    .option("--grammar <file>", t("the answer follows this GBNF grammar"))
    .addHelpText(
      "after",
      examples(
        ["facet chat"],
        ["facet chat smol --delta pirate@0.8"],
        ['facet chat -p "Say hello in French." --temperature 0'],
        ['cat report.txt | facet chat -p "Sum this up in three sentences:"'],
      ),
    )
    .action((model: string | undefined, options: ChatOptions) => runChat(model, options, context));
}

async function runChat(wanted: string | undefined, options: ChatOptions, context: CommandContext): Promise<void> {
  const { output } = context;
  const settings = settingsOf(options, output);
  const terminal = { input: process.stdin, output: process.stdout };
  const isInteractive = options.prompt === undefined && terminal.input.isTTY && terminal.output.isTTY && !output.isJson;
  const prompt = isInteractive ? "" : await wholePrompt(options.prompt, context);

  const application = await context.application();
  const model = wanted === undefined ? await usualModel(application) : await chooseModelOrFile(wanted, application);
  const stack = await chooseStack(options.delta ?? [], model, application);
  const about = { application, output, model, stack, settings };
  if (isInteractive) await new InteractiveChat(about, context, terminal).run();
  // Nobody is there to decide about a model that would not fit.
  else await answerOnce(new ChatSession({ ...about, decide: async () => null }), prompt, context);
}

async function answerOnce(session: ChatSession, prompt: string, { output, signal }: CommandContext): Promise<void> {
  const printer = new AnswerPrinter(output);
  let answer: Message;
  try {
    answer = await session.ask(prompt, { signal, onParts: (parts) => printer.print(parts) });
  } finally {
    printer.end();
  }
  if (answer.failure !== null) throw errorOf(answer.failure);
  const problem = signal.aborted ? null : answerProblem(answer);
  // Stopped by another program, or ended with the one that wrote it.
  if (problem !== null && answer.state !== "complete")
    throw answer.state === "stopped"
      ? new CommandError(problem, EXIT.cancelled)
      : new CommandError(problem, EXIT.failed, failure("application-ended"));
  const notSaved = await notSavedProblem(session.application, [answer.id]);
  output.data(answerData(answer, notSaved === null));
  for (const remark of [problem, thinkingProblem(session.settings, session.loaded)])
    if (remark !== null) output.remark(remark);
  if (notSaved !== null) throw notSaved;
}

function answerData({ id, chatId, parts, state, stack, facts }: Message, isSaved: boolean) {
  const thoughts = parts.flatMap((part) => (part.kind === "thought" ? [part.text] : []));
  return {
    text: textOf(parts),
    thought: thoughts.length === 0 ? null : thoughts.join("\n\n"),
    state,
    fineTunes: stack.map(({ deltaId, name, scale }) => ({ id: deltaId, name, scale })),
    ...facts,
    chatId,
    messageId: id,
    isSaved,
  };
}

/** The loaded one, else that of last time, else the starter model, else the first that can be used. */
async function usualModel(application: ApplicationClient): Promise<InstalledModel> {
  const { models, engine, settings }: Snapshot = valueOf(await application.call("app.snapshot", undefined));
  const loadedId = "model" in engine ? engine.model.modelId : null;
  const usable = models.filter(({ failure }) => failure === null);
  const found =
    models.find(({ id }) => id === loadedId) ??
    models.find(({ id }) => id === settings.modelId) ??
    usable.find(({ origin }) => origin === "starter") ??
    usable[0];
  if (found !== undefined) return found;
  throw new CommandError(
    t("No model is installed yet. Find one with: {search} — or name a GGUF file: {chat}", {
      search: "facet models search qwen",
      chat: "facet chat model.gguf",
    }),
    EXIT.notFound,
  );
}

async function wholePrompt(given: string | undefined, { output, signal }: CommandContext): Promise<string> {
  const piped = await standardInput(process.stdin, output, signal);
  const prompt = [given, piped].filter((text) => text !== undefined && text.trim() !== "").join("\n\n");
  if (prompt === "")
    throw new CommandError(
      t("There is nothing to answer. Give a prompt with {option}, or pipe text into the command.", { option: "-p" }),
      EXIT.wrongUse,
    );
  return prompt;
}

function settingsOf(options: ChatOptions, output: Output): ChatSettings {
  if (options.schema !== undefined && options.grammar !== undefined)
    throw new CommandError(
      t("An answer has one form: give {schema} or {grammar}.", { schema: "--schema", grammar: "--grammar" }),
      EXIT.wrongUse,
    );
  let settings: ChatSettings = { ...defaultChatSettings, systemPrompt: options.system ?? "" };
  for (const number of CHAT_NUMBERS) {
    const text = options[number.name.replaceAll(/-[a-z]/gu, (letter) => letter.slice(1).toUpperCase())];
    if (typeof text === "string") settings = number.change(settings, text);
  }
  if (options.think !== undefined) settings = { ...settings, thinking: thinkingOf(options.think) };
  if (options.schema !== undefined) settings = { ...settings, structure: readSchemaFile(options.schema, output) };
  if (options.grammar !== undefined) settings = { ...settings, structure: readGrammarFile(options.grammar) };
  return settings;
}
