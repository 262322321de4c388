// Turns a system prompt and turns into the tokens of a prompt that fits the context. Engine process.
//
// What a user or the model wrote never becomes a control token: only the template's own text may (plainText.ts).
import type { LlamaModel, Token } from "node-llama-cpp";
import type { Turn } from "../contract/engineProtocol";
import { fail, succeed, type Outcome } from "../contract/failure";
import type { MessageId } from "../contract/ids";
import type { MessagePart } from "../contract/parts";
import type { FormatFacts } from "../contract/modelFormat";
import type { ThinkingChoice } from "../contract/thinking";
import type { AnswerSyntax } from "./answer/AnswerSyntax";
import type { GgufHeader } from "./gguf/readGgufHeader";
import type { Log } from "./log";
import { tokenizeAnyText } from "./longRuns";
import { PromptTokens } from "./PromptTokens";
import { ChatFormat, type Written } from "./template/ChatFormat";
import type { JsonValue } from "./template/JinjaTemplate";
import { withoutMarks } from "./template/plainText";
import { findTurnEnd, type TurnEnd } from "./template/turnEnd";
import { vocabularyOf, type Vocabulary } from "./template/Vocabulary";

/** Room kept for an answer without a limit of its own … */
const USUAL_ANSWER_TOKENS = 1024;
/** … but never more than this share of the context. */
const ANSWER_SHARE = 1 / 4;
/** One long message may take the usual answer's room, but not this. */
const LEAST_ANSWER_TOKENS = 64;
/** What a template adds to a message: a first guess, replaced by what is seen. */
const USUAL_TEMPLATE_TOKENS = 5;
/**
 * When turns must leave, up to this share of the room more leaves with them. Otherwise every further message would
 * shift the start of the prompt, and the whole context would be read again each time.
 */
const EXTRA_LEAVING_SHARE = 1 / 4;
/** No token covers more characters on average, so a longer text cannot fit and need not be counted. */
const MAX_CHARACTERS_PER_TOKEN = 32;
/** Each rendering has a limit of its own (ChatFormat.ts); of a template that is nearly as slow, a long chat would need many. */
const TEMPLATE_TIMEOUT_MS = 4000;

export interface Prompt {
  tokens: Token[];
  /** As the template wrote it. */
  text: string;
  /** Null when nothing was left out. */
  firstSeenMessageId: MessageId | null;
  /** Any of these tokens ends the answer, besides the model's own end tokens. */
  stopTokens: ReadonlySet<Token>;
  /** Any of these texts ends the answer, and is not part of it. */
  stopTexts: readonly string[];
  /** How the answer will be written. */
  answer: AnswerSyntax;
  /** By what it was written: not the model's own template, where that failed on this conversation. */
  format: FormatFacts;
}

export interface PromptRequest {
  systemPrompt: string;
  /** Oldest first, the last one is the user's. */
  turns: readonly Turn[];
  /** Limit of the answer, in tokens. */
  maxTokens: number | undefined;
  thinking?: ThinkingChoice | undefined;
  /** In the form of OpenAI's API. */
  tools?: readonly JsonValue[] | undefined;
}

export interface PromptWriterOptions {
  /** Of the model's file: its chat template is in it. */
  header: GgufHeader;
  contextSizeTokens: number;
  log: Log;
}

const WRITES_TOO_MUCH = { ok: false, problem: "failed", reason: "it writes too much" } as const;
const TAKES_TOO_LONG = {
  ok: false,
  problem: "too-slow",
  reason: "it takes too long for a chat of this length",
} as const;

export class PromptWriter {
  readonly #model: LlamaModel;
  readonly #contextSizeTokens: number;
  readonly #log: Log;
  readonly #header: GgufHeader;
  readonly #vocabulary: Vocabulary;
  readonly #tokens: PromptTokens;
  readonly #format: ChatFormat;
  readonly #turnEnds = new Map<ChatFormat, TurnEnd>();
  #fallback: ChatFormat | undefined;
  /** Of no use on any conversation; it is not waited for a second time. */
  #isGivenUp = false;
  #templateTokens = USUAL_TEMPLATE_TOKENS;

  constructor(model: LlamaModel, { header, contextSizeTokens, log }: PromptWriterOptions) {
    this.#model = model;
    this.#contextSizeTokens = contextSizeTokens;
    this.#log = log;
    this.#header = header;
    this.#vocabulary = vocabularyOf(model, header);
    this.#tokens = new PromptTokens(model);
    this.#format = ChatFormat.of(header, this.#vocabulary);
    const { source, name, problem } = this.#format.facts;
    if (problem !== null)
      log("warn", `the model's own chat template is not used (${problem}): format ${name}, known by ${source}`);
  }

  get format(): ChatFormat {
    return this.#format;
  }

  /** What was read and written, so that the next prompt of the chat goes on with the same tokens. */
  rememberAnswer(prompt: Pick<Prompt, "text" | "tokens">, answerTokens: readonly Token[]): void {
    this.#tokens.remember(prompt.text, prompt.tokens, answerTokens);
  }

  /** Failures: message-longer-than-context, system-prompt-longer-than-context, tools-longer-than-context. */
  write(request: PromptRequest): Outcome<Prompt> {
    const { systemPrompt, turns, maxTokens, tools } = request;
    const size = this.#contextSizeTokens;
    const answerRoom = Math.floor(Math.min(maxTokens ?? USUAL_ANSWER_TOKENS, size * ANSWER_SHARE));
    const room = size - answerRoom;
    const last = turns.at(-1);
    if (last === undefined || last.role !== "user")
      return fail("internal", {}, "the last message of a request must be the user's");
    const hardLimit = size - Math.min(LEAST_ANSWER_TOKENS, answerRoom);
    const toolsText = tools === undefined ? "" : JSON.stringify(tools);
    const fixed = { systemPrompt, toolsText, message: promptText(last.parts) };
    if (systemPrompt.length + toolsText.length + fixed.message.length > hardLimit * MAX_CHARACTERS_PER_TOKEN)
      return this.#tooLong(fixed);

    const rounds = groupRounds(turns);
    const roomForTurns = room - this.#countTokens(systemPrompt) - this.#countTokens(toolsText) - this.#templateTokens;
    let first = this.#firstRoundThatFits(rounds, roomForTurns);
    const untilMs = performance.now() + TEMPLATE_TIMEOUT_MS;
    for (;;) {
      const seen = rounds.slice(first).flat();
      const prompt = this.#writeSeen(request, seen, { somethingLeft: first > 0, untilMs });
      const guessWasLow = this.#learnTemplateTokens(prompt, request, seen);
      if (prompt.tokens.length <= room) return succeed(prompt);
      const better = guessWasLow ? this.#firstRoundThatFits(rounds, roomForTurns) : first;
      if (better > first) first = better;
      else if (first < rounds.length - 1) first++;
      else if (prompt.tokens.length <= hardLimit) return succeed(prompt);
      else if (!this.#isTemplatesFault(prompt, fixed, hardLimit)) return this.#tooLong(fixed);
      else {
        this.#giveUp(WRITES_TOO_MUCH);
        return this.write(request);
      }
    }
  }

  /** Whether the template turned out to add more to a message than was known. */
  #learnTemplateTokens(prompt: Prompt, { systemPrompt, tools }: PromptRequest, seen: readonly Turn[]): boolean {
    if (tools !== undefined) return false;
    const texts = [systemPrompt, ...seen.map(({ parts }) => promptText(parts))];
    const ownTokens = texts.reduce((sum, text) => sum + this.#countTokens(text), 0);
    const perMessage = Math.ceil((prompt.tokens.length - ownTokens) / texts.length);
    if (perMessage <= this.#templateTokens) return false;
    this.#templateTokens = perMessage;
    return true;
  }

  #writeSeen(
    { systemPrompt, thinking, tools }: PromptRequest,
    seen: readonly Turn[],
    { somethingLeft, untilMs }: { somethingLeft: boolean; untilMs: number },
  ): Prompt {
    const request = { systemPrompt, turns: seen, thinking, tools, now: new Date() };
    const mark = (text: string) => this.#tokens.mark(text);
    let format = this.#isGivenUp && this.#fallback ? this.#fallback : this.#format;
    let written = performance.now() > untilMs && format === this.#format ? TAKES_TOO_LONG : format.write(request, mark);
    if (written.ok && format === this.#format && this.#isMuchTooLong(written.text, request)) written = WRITES_TOO_MUCH;
    if (!written.ok) {
      // Not what it says: a template may put the conversation in it.
      this.#log(
        "warn",
        `the model's chat template failed on a conversation (${written.problem}), another format is used`,
      );
      if (written.problem === "too-slow") this.#giveUp(written);
      format = this.#fallback ??= ChatFormat.of(this.#header, this.#vocabulary, written);
      written = format.write(request, mark);
    }
    if (!written.ok) throw new Error(`the format ${format.facts.name} failed: ${written.reason}`);
    return {
      text: written.text,
      tokens: this.#tokens.tokenize(written.text),
      firstSeenMessageId: somethingLeft ? (seen[0]?.messageId ?? null) : null,
      format: format.facts,
      answer: format.answer,
      ...this.#stops(format),
    };
  }

  /** The file's own template: from now on another format is used. */
  #giveUp(why: Extract<Written, { ok: false }>): void {
    this.#isGivenUp = true;
    this.#templateTokens = USUAL_TEMPLATE_TOKENS;
    this.#fallback ??= ChatFormat.of(this.#header, this.#vocabulary, why);
  }

  /** Far more than a context holds, and not because of what was said: counting its tokens would take long. */
  #isMuchTooLong(
    text: string,
    { systemPrompt, turns, tools }: Pick<PromptRequest, "systemPrompt" | "turns" | "tools">,
  ): boolean {
    const said = turns.reduce((sum, { parts }) => sum + promptText(parts).length, systemPrompt.length);
    const own = said + (tools === undefined ? 0 : JSON.stringify(tools).length);
    return text.length > 2 * own + this.#contextSizeTokens * MAX_CHARACTERS_PER_TOKEN;
  }

  /** What cannot leave would fit by itself, several times over. */
  #isTemplatesFault({ format }: Prompt, fixed: Readonly<Record<string, string>>, limit: number): boolean {
    if (format !== this.#format.facts || format.problem !== null) return false;
    return Object.values(fixed).reduce((sum, text) => sum + this.#countTokens(text), 0) < limit / 4;
  }

  #stops(format: ChatFormat): Pick<Prompt, "stopTokens" | "stopTexts"> {
    let end = this.#turnEnds.get(format);
    if (end === undefined) {
      end = findTurnEnd(format, (text) => this.#vocabulary.isControl(text));
      this.#turnEnds.set(format, end);
    }
    return {
      stopTokens: new Set(end.controlText === null ? [] : this.#model.tokenize(end.controlText, true)),
      stopTexts: end.text === null ? [] : [withoutMarks(end.text)],
    };
  }

  /** 0 when all fit; else see EXTRA_LEAVING_SHARE. Looks only at as many messages as fit, from the newest back. */
  #firstRoundThatFits(rounds: readonly (readonly Turn[])[], room: number): number {
    let used = 0;
    let first = rounds.length;
    let lastAllowed: number | undefined;
    while (first > 0) {
      for (const { parts } of rounds[first - 1] ?? [])
        used += this.#countTokens(promptText(parts)) + this.#templateTokens;
      if (used > room) break;
      first--;
      if (used >= room * (1 - EXTRA_LEAVING_SHARE)) lastAllowed ??= first;
    }
    if (first === 0) return 0;
    first = Math.min(first, rounds.length - 1);
    return roundestNumber(first, Math.max(first, lastAllowed ?? first));
  }

  #countTokens(text: string): number {
    if (text.length > this.#contextSizeTokens * MAX_CHARACTERS_PER_TOKEN) return this.#estimateTokens(text);
    return this.#tokens.count(text);
  }

  /** By its beginning; for texts that cannot fit anyway. */
  #estimateTokens(text: string): number {
    const beginning = text.slice(0, 16_384);
    return Math.round((tokenizeAnyText(this.#model, beginning).length * text.length) / Math.max(1, beginning.length));
  }

  /** Names what takes the most room of what cannot leave. */
  #tooLong({
    systemPrompt,
    toolsText,
    message,
  }: {
    systemPrompt: string;
    toolsText: string;
    message: string;
  }): Outcome<never> {
    const counted = [
      { code: "message-longer-than-context", tokens: this.#countTokens(message) },
      { code: "system-prompt-longer-than-context", tokens: this.#countTokens(systemPrompt) },
      { code: "tools-longer-than-context", tokens: this.#countTokens(toolsText) },
    ] as const;
    const longest = counted.reduce((one, other) => (other.tokens > one.tokens ? other : one));
    return fail(longest.code, {
      messageTokens: String(longest.tokens),
      contextSizeTokens: String(this.#contextSizeTokens),
    });
  }
}

/** What of a message reaches every prompt; thoughts leave it in most templates. */
function promptText(parts: readonly MessagePart[]): string {
  return parts
    .flatMap((part) =>
      part.kind === "thought" ? [] : [part.kind === "tool-call" ? `${part.name} ${part.arguments}` : part.text],
    )
    .join("\n\n");
}

/** A user message with what answered it. Answers before the first user message form a round of their own. */
function groupRounds(turns: readonly Turn[]): Turn[][] {
  const rounds: Turn[][] = [];
  for (const turn of turns) {
    const current = rounds.at(-1);
    if (turn.role === "user" || current === undefined) rounds.push([turn]);
    else current.push(turn);
  }
  return rounds;
}

/**
 * The number from `low` to `high` that the largest power of two divides. As a chat grows, `low` grows, and this
 * stays where it is for as long as it can: the same start of the prompt, without remembering anything.
 */
export function roundestNumber(low: number, high: number): number {
  for (let step = 2 ** 30; step > 1; step /= 2) {
    const candidate = Math.ceil(low / step) * step;
    if (candidate > 0 && candidate <= high) return candidate;
  }
  return low;
}
