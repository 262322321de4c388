// Turns prompts into tokens, and caches them. Engine process.
import type { LlamaModel, Token } from "node-llama-cpp";
import { tokenizeAnyText } from "./longRuns";
import { isControlToken } from "./template/Vocabulary";
import { markPlain, splitMarked } from "./template/plainText";

/** Text whose tokens are remembered, so that a long chat is not tokenized again for each message. */
const MAX_REMEMBERED_CHARACTERS = 8 * 1024 * 1024;

export class PromptTokens {
  readonly #model: LlamaModel;
  readonly #counts = new Remembered<number>();
  readonly #controlTexts = new Remembered<readonly string[]>();
  readonly #prefixes = new Remembered<readonly Token[]>();

  constructor(model: LlamaModel) {
    this.#model = model;
  }

  /** Of a message's text by itself. */
  count(text: string): number {
    return this.#counts.getOrMake(text, () => tokenizeAnyText(this.#model, text, false, "trimLeadingSpace").length);
  }

  /** With marks where the text spells control tokens. */
  mark(text: string): string {
    return markPlain(
      text,
      this.#controlTexts.getOrMake(text, () => this.#findControlTexts(text)),
    );
  }

  /**
   * Of a marked prompt, as llama.cpp tokenizes it with its control tokens recognised outside the marks. What was remembered as the
   * beginning of a conversation keeps the tokens that it was read or written with. The BOS token comes first where the file asks for
   * it and the template did not write it.
   */
  tokenize(prompt: string): Token[] {
    const known = this.#longestPrefix(prompt);
    const rest = known === undefined ? prompt : prompt.slice(known.length);
    const tokens = known === undefined ? [] : [...(this.#prefixes.get(known) ?? [])];
    for (const run of splitMarked(rest)) {
      const isStart = tokens.length === 0;
      for (const token of tokenizeAnyText(
        this.#model,
        run.text,
        !run.isPlain,
        isStart ? undefined : "trimLeadingSpace",
      ))
        tokens.push(token);
    }
    return known === undefined ? this.#withBos(tokens) : tokens;
  }

  /**
   * The tokens by which an answer was written are often not those that the tokenizer would make of its text. With them
   * the next prompt continues what is in the KV cache, instead of reading the answer again.
   */
  remember(prompt: string, promptTokens: readonly Token[], answerTokens: readonly Token[]): void {
    this.#prefixes.set(prompt + this.#markAnswer(answerTokens), [...promptTokens, ...answerTokens]);
  }

  /** An answer as a template writes it: its control tokens are control tokens, and its text is text. */
  #markAnswer(tokens: readonly Token[]): string {
    let marked = "";
    let plain: Token[] = [];
    const flush = () => {
      marked += this.mark(this.#model.detokenize(plain, true));
      plain = [];
    };
    for (const token of tokens) {
      if (!isControlToken(this.#model, token)) plain.push(token);
      else {
        flush();
        marked += this.#model.detokenize([token], true);
      }
    }
    flush();
    return marked;
  }

  #longestPrefix(prompt: string): string | undefined {
    let longest: string | undefined;
    for (const text of this.#prefixes.keys())
      if (text.length > (longest?.length ?? 0) && prompt.startsWith(text)) longest = text;
    return longest;
  }

  #findControlTexts(text: string): string[] {
    const found = new Set<string>();
    for (const token of new Set(tokenizeAnyText(this.#model, text, true))) {
      if (isControlToken(this.#model, token)) found.add(this.#model.detokenize([token], true));
    }
    return [...found];
  }

  #withBos(tokens: Token[]): Token[] {
    const { bos, shouldPrependBosToken } = this.#model.tokens;
    if (bos === null || !shouldPrependBosToken) return tokens;
    const at = tokens.indexOf(bos);
    const isThere = at >= 0 && this.#model.detokenize(tokens.slice(0, at)).trim() === "";
    return isThere ? tokens : [bos, ...tokens];
  }
}

/** Values by text. Forgets all when it holds too much. */
class Remembered<Value> {
  readonly #values = new Map<string, Value>();
  #characters = 0;

  get(text: string): Value | undefined {
    return this.#values.get(text);
  }

  keys(): Iterable<string> {
    return this.#values.keys();
  }

  set(text: string, value: Value): void {
    this.#characters += text.length;
    if (this.#characters > MAX_REMEMBERED_CHARACTERS) {
      this.#values.clear();
      this.#characters = text.length;
    }
    this.#values.set(text, value);
  }

  getOrMake(text: string, make: () => Value): Value {
    const known = this.#values.get(text);
    if (known !== undefined) return known;
    const made = make();
    this.set(text, made);
    return made;
  }
}
