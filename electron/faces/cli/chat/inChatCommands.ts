// What a user can ask for in the middle of a chat: lines that begin with /.
import type { AnswerFacts } from "../../../contract/chat";
import { backendWords } from "../../../words/backendWords";
import { formatBytes, formatCount, formatMilliseconds, formatPercent, formatSpeed } from "../../../words/quantities";
import { t } from "../../../words/language";
import { chooseModelOrFile, noFineTunes } from "../chooseByName";
import { CommandError } from "../CommandError";
import type { Output } from "../Output";
import { valueOf } from "../useOutcome";
import { writeFacts, type Fact } from "../writeFacts";
import type { ChatSession } from "./ChatSession";
import { CHAT_NUMBERS } from "./chatNumbers";
import { chooseStack, stackName } from "./chooseStack";
import { thinkingOf, thinkingProblem } from "./chooseThinking";

interface InChatCommand {
  usage: string;
  description: () => string;
  /** "end": the chat is over. */
  run(rest: string, session: ChatSession, output: Output, signal: AbortSignal): Promise<"end" | void> | "end" | void;
}

const COMMANDS: Readonly<Record<string, InChatCommand>> = {
  model: {
    usage: "/model NAME", // not translated
    description: () => t("another model answers from here on"),
    run: changeModel,
  },
  delta: {
    usage: "/delta NAME[@SCALE] …", // not translated
    description: () => t("other fine-tunes answer; alone: lists them; {none}: the base model", { none: "none" }),
    run: changeStack,
  },
  set: {
    usage: "/set NAME VALUE", // not translated
    description: () =>
      t("{examples} …; alone: shows them; {value}: as the model has it", {
        examples: "temperature 0.7, seed 1, think off",
        value: "default",
      }),
    run: changeSetting,
  },
  system: {
    usage: "/system TEXT", // not translated
    description: () => t("tells the model how to answer; alone: shows it; {none}: removes it", { none: "none" }),
    run: changeSystemPrompt,
  },
  stats: { usage: "/stats", description: () => t("tokens, speed and memory of the last answer"), run: showStats },
  new: {
    usage: "/new",
    description: () => t("starts another chat with the same model"),
    run(_rest, session, output) {
      session.startAnew();
      output.remark(t("A new chat."));
    },
  },
  help: {
    usage: "/help",
    description: () => t("shows this"),
    run: (_rest, _session, output) => showHelp(output),
  },
  bye: { usage: "/bye", description: () => t("ends the chat; so does Ctrl D"), run: () => "end" },
};

/** Whether a message is one; a slash in front of anything else, a path for example, is text. */
export function isInChatCommand(message: string): boolean {
  return /^\/[a-z]+(\s|$)/u.test(message);
}

export async function runInChatCommand(
  message: string,
  session: ChatSession,
  output: Output,
  signal: AbortSignal,
): Promise<"end" | void> {
  const { name = "", rest = "" } = /^\/(?<name>[a-z]+)\s*(?<rest>[\s\S]*)$/u.exec(message)?.groups ?? {};
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined)
    throw new CommandError(
      t("There is no command {name}. {help} shows all of them.", { name: `/${name}`, help: "/help" }),
    );
  return command.run(rest.trim(), session, output, signal);
}

async function changeModel(name: string, session: ChatSession, output: Output, signal: AbortSignal): Promise<void> {
  if (name === "") {
    const { models } = valueOf(await session.application.call("app.snapshot", undefined));
    output.table(
      [{ head: t("Name") }, { head: t("Size"), isNumber: true }, { head: "" }],
      models.map((model) => [
        model.name,
        formatBytes(model.sizeBytes),
        model.id === session.model.id ? t("answers@@this one is answering") : "",
      ]),
    );
    return;
  }
  const { model: before } = session;
  session.model = await chooseModelOrFile(name, session.application);
  try {
    const { deltas } = valueOf(await session.application.call("deltas.forModel", { modelId: session.model.id }));
    const fitting = session.stack.filter(({ deltaId }) =>
      deltas.some(({ delta, match }) => delta.id === deltaId && match !== "refused"),
    );
    await session.application.during(() => session.load(signal));
    if (fitting.length < session.stack.length) {
      const left = session.stack.filter((entry) => !fitting.includes(entry));
      output.remark(
        t("No longer used, because it doesn’t fit this model: {fineTunes}.", { fineTunes: stackName(left) }),
      );
      await session.setStack(fitting);
    }
  } catch (error) {
    session.model = before;
    throw error;
  }
}

async function changeStack(names: string, session: ChatSession, output: Output): Promise<void> {
  const { application, model } = session;
  if (names === "") {
    const { deltas } = valueOf(await application.call("deltas.forModel", { modelId: model.id }));
    if (deltas.length === 0) output.remark(noFineTunes());
    else
      output.table(
        [{ head: t("Name") }, { head: t("Size"), isNumber: true }, { head: "" }],
        deltas.map(({ delta, match }) => [
          delta.name,
          formatBytes(delta.sizeBytes),
          match === "refused"
            ? t("doesn’t fit this model")
            : session.stack.some(({ deltaId }) => deltaId === delta.id)
              ? t("answers@@this one is answering")
              : "",
        ]),
      );
    return;
  }
  const wanted = names === "none" ? [] : namesIn(names);
  await session.setStack(await chooseStack(wanted, model, application));
}

/** Quotes keep a name with blanks together. */
function namesIn(text: string): string[] {
  return [...text.matchAll(/"(?<quoted>[^"]*)"(?<scale>@\S*)?|(?<plain>\S+)/gu)].map(
    ({ groups }) => groups?.["plain"] ?? `${groups?.["quoted"] ?? ""}${groups?.["scale"] ?? ""}`,
  );
}

async function changeSetting(text: string, session: ChatSession, output: Output): Promise<void> {
  const [name = "", value = ""] = text.split(/\s+/u);
  const { settings } = session;
  if (name === "") {
    const { isOn } = settings.thinking ?? {};
    output.table(
      [{ head: t("Name") }, { head: t("Value") }, { head: "" }],
      [
        ...CHAT_NUMBERS.map((number) => [
          number.name,
          String(number.read(settings) ?? defaultOf(number.name, session)),
          number.description(),
        ]),
        [
          "think",
          isOn === undefined ? "default" : isOn ? "on" : "off",
          t("whether the model thinks before it answers"),
        ],
      ],
    );
    return;
  }
  if (value === "")
    throw new CommandError(t("{command} needs a value, or {value}.", { command: `/set ${name}`, value: "default" }));
  if (name === "think") {
    const { thinking: _before, ...rest } = settings;
    await session.setSettings(value === "default" ? rest : { ...rest, thinking: thinkingOf(value) });
    const problem = thinkingProblem(session.settings, session.loaded);
    if (problem !== null) output.remark(problem);
    return;
  }
  const number = CHAT_NUMBERS.find((one) => one.name === name);
  if (number === undefined)
    throw new CommandError(t("There is no setting “{name}”. {command} shows all of them.", { name, command: "/set" }));
  await session.setSettings(number.change(settings, value === "default" ? undefined : value));
}

function defaultOf(name: string, { loaded }: ChatSession): number | string {
  const defaults = loaded?.samplingDefaults;
  const ofModel = CHAT_NUMBERS.find((number) => number.name === name)?.read({
    systemPrompt: "",
    sampling: defaults ?? {},
  });
  return ofModel ?? "default";
}

async function changeSystemPrompt(text: string, session: ChatSession, output: Output): Promise<void> {
  const { systemPrompt } = session.settings;
  if (text === "") output.remark(systemPrompt === "" ? t("There is no system prompt.") : systemPrompt);
  else await session.setSettings({ ...session.settings, systemPrompt: text === "none" ? "" : text });
}

function showStats(_rest: string, { lastAnswer, loaded }: ChatSession, output: Output): void {
  const facts = lastAnswer?.facts;
  if (!facts) {
    output.remark(t("There is no answer yet."));
    return;
  }
  writeFacts(output, [...statsOf(facts), [t("Computed by"), loaded === null ? null : backendWords(loaded.backend)]]);
}

function statsOf(facts: AnswerFacts): Fact[] {
  const { promptTokens, cachedTokens, contextUsedTokens, contextSizeTokens } = facts;
  const speed = (tokensPerSecond: number | null) => (tokensPerSecond === null ? "–" : formatSpeed(tokensPerSecond));
  const time = (value: number | null) => (value === null ? null : formatMilliseconds(value));
  return [
    [t("Model"), facts.modelName],
    [
      t("Prompt"),
      t("{count, plural, one {# token} other {# tokens}}, {cached} of them known already", {
        count: promptTokens,
        cached: formatCount(cachedTokens),
      }),
    ],
    [t("Prompt speed"), speed(facts.prefillTokensPerSecond)],
    [t("Answer"), t("{count, plural, one {# token} other {# tokens}}", { count: facts.answerTokens })],
    [t("Answer speed"), speed(facts.decodeTokensPerSecond)],
    [t("First token"), time(facts.timeToFirstTokenMs)],
    [t("Fine-tunes loaded"), time(facts.deltaLoadMs)],
    [t("Fine-tunes switched"), time(facts.deltaSwitchMs)],
    [
      t("Context"),
      t("{used} of {size} tokens ({percent})", {
        used: formatCount(contextUsedTokens),
        size: formatCount(contextSizeTokens),
        percent: formatPercent(contextUsedTokens / contextSizeTokens),
      }),
    ],
  ];
}

function showHelp(output: Output): void {
  for (const { usage, description } of Object.values(COMMANDS)) {
    output.line(output.bold(usage));
    output.line(`  ${description()}`);
  }
  output.line(
    t(
      "A message continues on the next line after {backslash} at the end of a line, or between {quotes} and {quotes}.",
      {
        backslash: "\\",
        quotes: '"""',
      },
    ),
  );
  output.line(
    t("Ctrl C stops an answer; at an empty prompt it ends the chat. Names may be cut short where only one begins so."),
  );
}
