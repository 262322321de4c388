// What a user can ask for in the middle of a chat: lines that begin with /.
import type { AnswerFacts } from "../../../contract/chat";
import { formatBytes, formatCount, formatPercent, formatSpeed } from "../../../words/quantities";
import { chooseModelOrFile } from "../chooseByName";
import { CommandError } from "../CommandError";
import type { Output } from "../Output";
import { valueOf } from "../useOutcome";
import type { ChatSession } from "./ChatSession";
import { CHAT_NUMBERS } from "./chatNumbers";
import { chooseStack, stackName } from "./chooseStack";
import { thinkingOf, thinkingProblem } from "./chooseThinking";

interface InChatCommand {
  usage: string;
  description: string;
  /** "end": the chat is over. */
  run(rest: string, session: ChatSession, output: Output, signal: AbortSignal): Promise<"end" | void> | "end" | void;
}

const COMMANDS: Readonly<Record<string, InChatCommand>> = {
  model: { usage: "/model NAME", description: "another model answers from here on", run: changeModel },
  delta: {
    usage: "/delta NAME[@SCALE] …",
    description: "other fine-tunes answer; alone: lists them; none: the base model",
    run: changeStack,
  },
  set: {
    usage: "/set NAME VALUE",
    description: "temperature 0.7, seed 1, think off …; alone: shows them; VALUE default: as the model has it",
    run: changeSetting,
  },
  system: {
    usage: "/system TEXT",
    description: "tells the model how to answer; alone: shows it; none: takes it away",
    run: changeSystemPrompt,
  },
  stats: { usage: "/stats", description: "tokens, speed and memory of the last answer", run: showStats },
  new: {
    usage: "/new",
    description: "begins another chat with the same model",
    run(_rest, session, output) {
      session.startAnew();
      output.remark("A new chat.");
    },
  },
  help: {
    usage: "/help",
    description: "shows this",
    run: (_rest, _session, output) => showHelp(output),
  },
  bye: { usage: "/bye", description: "ends the chat; so does Ctrl D", run: () => "end" },
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
  if (command === undefined) throw new CommandError(`There is no command /${name}. /help shows all of them.`);
  return command.run(rest.trim(), session, output, signal);
}

async function changeModel(name: string, session: ChatSession, output: Output, signal: AbortSignal): Promise<void> {
  if (name === "") {
    const { models } = valueOf(await session.application.call("app.snapshot", undefined));
    output.table(
      [{ head: "NAME" }, { head: "SIZE", isNumber: true }, { head: "" }],
      models.map((model) => [model.name, formatBytes(model.sizeBytes), model.id === session.model.id ? "answers" : ""]),
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
      output.remark(`Not for this model, so no longer used: ${stackName(left)}.`);
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
    if (deltas.length === 0) output.remark("There are no fine-tunes yet. Add one with: facet deltas add FILE");
    else
      output.table(
        [{ head: "NAME" }, { head: "SIZE", isNumber: true }, { head: "" }],
        deltas.map(({ delta, match }) => [
          delta.name,
          formatBytes(delta.sizeBytes),
          match === "refused"
            ? "not for this model"
            : session.stack.some(({ deltaId }) => deltaId === delta.id)
              ? "answers"
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
      [{ head: "NAME" }, { head: "VALUE" }, { head: "" }],
      [
        ...CHAT_NUMBERS.map((number) => [
          number.name,
          String(number.read(settings) ?? defaultOf(number.name, session)),
          number.description,
        ]),
        ["think", isOn === undefined ? "default" : isOn ? "on" : "off", "whether the model thinks before it answers"],
      ],
    );
    return;
  }
  if (value === "") throw new CommandError(`/set ${name} needs a value, or default.`);
  if (name === "think") {
    const { thinking: _before, ...rest } = settings;
    await session.setSettings(value === "default" ? rest : { ...rest, thinking: thinkingOf(value) });
    const problem = thinkingProblem(session.settings, session.loaded);
    if (problem !== null) output.remark(problem);
    return;
  }
  const number = CHAT_NUMBERS.find((one) => one.name === name);
  if (number === undefined) throw new CommandError(`There is no setting “${name}”. /set shows all of them.`);
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
  if (text === "") output.remark(systemPrompt === "" ? "There is no system prompt." : systemPrompt);
  else await session.setSettings({ ...session.settings, systemPrompt: text === "none" ? "" : text });
}

function showStats(_rest: string, { lastAnswer, loaded }: ChatSession, output: Output): void {
  const facts = lastAnswer?.facts;
  if (!facts) {
    output.remark("There is no answer yet.");
    return;
  }
  const rows = [...statsOf(facts), ...(loaded === null ? [] : [["Computed by", loaded.backend]])];
  output.table([{ head: "LAST ANSWER" }, { head: "" }], rows);
}

function statsOf(facts: AnswerFacts): string[][] {
  const { promptTokens, cachedTokens, contextUsedTokens, contextSizeTokens } = facts;
  const speed = (tokensPerSecond: number | null) => (tokensPerSecond === null ? "–" : formatSpeed(tokensPerSecond));
  const milliseconds = (value: number | null) => (value === null ? [] : [`${formatCount(value)} ms`]);
  const rows: [string, string[]][] = [
    ["Model", [facts.modelName]],
    ["Prompt", [`${formatCount(promptTokens)} tokens, ${formatCount(cachedTokens)} of them known already`]],
    ["Prompt speed", [speed(facts.prefillTokensPerSecond)]],
    ["Answer", [`${formatCount(facts.answerTokens)} tokens`]],
    ["Answer speed", [speed(facts.decodeTokensPerSecond)]],
    ["First token", milliseconds(facts.timeToFirstTokenMs)],
    ["Fine-tunes loaded", milliseconds(facts.deltaLoadMs)],
    ["Fine-tunes switched", milliseconds(facts.deltaSwitchMs)],
    [
      "Context",
      [
        `${formatCount(contextUsedTokens)} of ${formatCount(contextSizeTokens)} tokens (${formatPercent(contextUsedTokens / contextSizeTokens)})`,
      ],
    ],
  ];
  return rows.flatMap(([name, [value]]) => (value === undefined ? [] : [[name, value]]));
}

function showHelp(output: Output): void {
  for (const { usage, description } of Object.values(COMMANDS)) {
    output.line(output.bold(usage));
    output.line(`  ${description}`);
  }
  output.line('A message goes on in the next line after \\ at the end of a line, or between """ and """.');
  output.line("Ctrl C stops an answer; at an empty prompt it ends the chat. Names begin with as much as is clear.");
}
