// Turns a system prompt and turns into the tokens of a prompt that fits the context. Engine process.
//
// What a person or the model wrote never becomes a special token: only the template's own text may (LlamaText).
import {
  SpecialToken, SpecialTokensText, type BuiltinSpecialTokenValue, type ChatHistoryItem, type LlamaModel, type LlamaText,
  type Token, type Tokenizer,
} from "node-llama-cpp";
import type { Turn } from "../contract/engineProtocol";
import { fail, succeed, type Outcome } from "../contract/failure";
import type { MessageId } from "../contract/ids";
import { ChatTemplate } from "./ChatTemplate";
import type { Log } from "./log";

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
/** Text whose tokens are remembered, so that a long chat is not tokenized again for each message. */
const MAX_REMEMBERED_CHARACTERS = 8 * 1024 * 1024;

export interface Prompt {
  tokens: Token[];
  /** Null when nothing was left out. */
  firstSeenMessageId: MessageId | null;
  /** Any of these tokens ends the answer, besides the model's own end tokens. */
  stopTokens: ReadonlySet<Token>;
  /** Any of these texts ends the answer, and is not part of it. */
  stopTexts: readonly string[];
}

export interface PromptRequest {
  systemPrompt: string;
  /** Oldest first, the last one is the user's. */
  turns: readonly Turn[];
  /** Limit of the answer, in tokens. */
  maxTokens: number | undefined;
}

export class PromptWriter {
  readonly #model: LlamaModel;
  readonly #contextSizeTokens: number;
  readonly #template: ChatTemplate;
  readonly #remembered: RememberedTokens;
  readonly #tokenizer: Tokenizer;
  #templateTokens = USUAL_TEMPLATE_TOKENS;

  constructor(model: LlamaModel, contextSizeTokens: number, log: Log) {
    this.#model = model;
    this.#contextSizeTokens = contextSizeTokens;
    this.#template = new ChatTemplate(model, log);
    this.#remembered = new RememberedTokens();
    this.#tokenizer = rememberingTokenizer(model, this.#remembered);
  }

  /**
   * The tokens by which an answer was written are often not those that the tokenizer would make of its text.
   * With them the next prompt continues what is in the KV cache, instead of reading the answer again.
   */
  rememberAnswer(text: string, tokens: readonly Token[]): void {
    if (text !== "" && this.#model.detokenize(tokens) === text) this.#remembered.set(tokenKey(text, false, true), [...tokens]);
  }

  /** Failures: message-longer-than-context, chat-template-failed. */
  write({ systemPrompt, turns, maxTokens }: PromptRequest): Outcome<Prompt> {
    const size = this.#contextSizeTokens;
    const answerRoom = Math.floor(Math.min(maxTokens ?? USUAL_ANSWER_TOKENS, size * ANSWER_SHARE));
    const room = size - answerRoom;
    const last = turns.at(-1);
    if (last === undefined || last.role !== "user")
      return fail("internal", {}, "the last message of a request must be the user's");
    const hardLimit = size - Math.min(LEAST_ANSWER_TOKENS, answerRoom);
    if (systemPrompt.length + last.text.length > hardLimit * MAX_CHARACTERS_PER_TOKEN)
      return this.#tooLong(this.#estimateTokens(last.text));

    const rounds = groupRounds(turns);
    const roomForTurns = room - this.#countTokens(systemPrompt) - this.#templateTokens;
    let first = this.#firstRoundThatFits(rounds, roomForTurns);
    for (;;) {
      const seen = rounds.slice(first).flat();
      let prompt: Prompt;
      try {
        prompt = this.#writeSeen(systemPrompt, seen, first > 0);
      } catch (error) {
        return fail("chat-template-failed", {}, error instanceof Error ? error.name : typeof error);
      }
      const guessWasLow = this.#learnTemplateTokens(prompt, systemPrompt, seen);
      if (prompt.tokens.length <= room) return succeed(prompt);
      const better = guessWasLow ? this.#firstRoundThatFits(rounds, roomForTurns) : first;
      if (better > first) first = better;
      else if (first < rounds.length - 1) first++;
      else if (prompt.tokens.length <= hardLimit) return succeed(prompt);
      else return this.#tooLong(this.#countTokens(last.text));
    }
  }

  /** Whether the template turned out to add more to a message than was known. */
  #learnTemplateTokens(prompt: Prompt, systemPrompt: string, seen: readonly Turn[]): boolean {
    const texts = [systemPrompt, ...seen.map(({ text }) => text)];
    const ownTokens = texts.reduce((sum, text) => sum + this.#countTokens(text), 0);
    const perMessage = Math.ceil((prompt.tokens.length - ownTokens) / texts.length);
    if (perMessage <= this.#templateTokens) return false;
    this.#templateTokens = perMessage;
    return true;
  }

  #writeSeen(systemPrompt: string, seen: readonly Turn[], somethingLeft: boolean): Prompt {
    const history: ChatHistoryItem[] = [
      ...(systemPrompt === "" ? [] : [{ type: "system" as const, text: systemPrompt }]),
      ...seen.map(({ role, text }): ChatHistoryItem =>
        role === "user" ? { type: "user", text } : { type: "model", response: [text] },
      ),
      // Where the answer will stand.
      { type: "model", response: [] },
    ];
    const { text, stopTriggers, byOwnTemplate } = this.#template.write(history);
    return {
      tokens: this.#withRightStart(text.tokenize(this.#tokenizer), byOwnTemplate),
      firstSeenMessageId: somethingLeft ? (seen[0]?.messageId ?? null) : null,
      ...this.#stops(stopTriggers),
    };
  }

  /** The BOS token once where the model wants it; the library's own formats add it even where it does not. */
  #withRightStart(tokens: Token[], byOwnTemplate: boolean): Token[] {
    const { bos, shouldPrependBosToken } = this.#model.tokens;
    if (bos === null) return tokens;
    if (shouldPrependBosToken) return tokens[0] === bos ? tokens : [bos, ...tokens];
    return !byOwnTemplate && tokens[0] === bos ? tokens.slice(1) : tokens;
  }

  #stops(triggers: readonly LlamaText[]): Pick<Prompt, "stopTokens" | "stopTexts"> {
    const stopTokens = new Set<Token>();
    const stopTexts = new Set<string>();
    for (const trigger of triggers) {
      const special = trigger.values.some((value) => value instanceof SpecialToken || value instanceof SpecialTokensText);
      if (!special) {
        const text = trigger.toString();
        if (text.trim() !== "") stopTexts.add(text);
        continue;
      }
      // The trigger "<|im_end|>\n" is complete with its first token, since no ordinary text yields that one.
      const first = trigger.tokenize(this.#tokenizer)[0];
      if (first !== undefined && this.#model.isSpecialToken(first)) stopTokens.add(first);
      else if (trigger.values.every((value) => !(value instanceof SpecialToken)) && trigger.toString().trim() !== "")
        stopTexts.add(trigger.toString());
    }
    return { stopTokens, stopTexts: [...stopTexts] };
  }

  /** 0 when all fit; else see EXTRA_LEAVING_SHARE. Looks only at as many messages as fit, from the newest back. */
  #firstRoundThatFits(rounds: readonly (readonly Turn[])[], room: number): number {
    let used = 0;
    let first = rounds.length;
    let lastAllowed: number | undefined;
    while (first > 0) {
      for (const { text } of rounds[first - 1] ?? []) used += this.#countTokens(text) + this.#templateTokens;
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
    return this.#tokenizer(text, false, "trimLeadingSpace").length;
  }

  /** By its beginning; for texts that cannot fit anyway. */
  #estimateTokens(text: string): number {
    const beginning = text.slice(0, 16_384);
    return Math.round((this.#model.tokenize(beginning).length * text.length) / Math.max(1, beginning.length));
  }

  #tooLong(messageTokens: number): Outcome<never> {
    return fail("message-longer-than-context", {
      messageTokens: String(messageTokens),
      contextSizeTokens: String(this.#contextSizeTokens),
    });
  }
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

/** Tokens of texts. Forgets all when it holds too much. */
class RememberedTokens {
  readonly #tokens = new Map<string, Token[]>();
  #characters = 0;

  get(key: string): Token[] | undefined {
    return this.#tokens.get(key);
  }

  set(key: string, tokens: Token[]): void {
    this.#characters += key.length;
    if (this.#characters > MAX_REMEMBERED_CHARACTERS) {
      this.#tokens.clear();
      this.#characters = key.length;
    }
    this.#tokens.set(key, tokens);
  }
}

function tokenKey(text: string, special: boolean, trimLeadingSpace: boolean): string {
  return `${special ? 1 : 0}${trimLeadingSpace ? 1 : 0}${text}`;
}

/** The same tokens, asked for once. */
function rememberingTokenizer(model: LlamaModel, remembered: RememberedTokens): Tokenizer {
  function tokenize(text: string, special?: boolean | "builtin", options?: "trimLeadingSpace"): Token[] {
    if (special === "builtin") return model.tokenize(builtinToken(text), "builtin");
    const key = tokenKey(text, special === true, options !== undefined);
    const known = remembered.get(key);
    if (known !== undefined) return known;
    const tokens = model.tokenize(text, special, options);
    remembered.set(key, tokens);
    return tokens;
  }
  const { detokenize, isSpecialToken, isEogToken } = model.tokenizer;
  return Object.assign(tokenize, { detokenize, isSpecialToken, isEogToken });
}

function builtinToken(name: string): BuiltinSpecialTokenValue {
  if (name === "BOS" || name === "EOS" || name === "NL" || name === "EOT" || name === "SEP") return name;
  throw new Error(`no such built-in token: ${name}`);
}
