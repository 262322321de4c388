// Turns the tokens of an answer into its parts, and says which tokens to write in the model's place. Engine process.
import type { LlamaModel, Token } from "node-llama-cpp";
import type { PartChange } from "../../contract/parts";
import { isControlToken } from "../template/Vocabulary";
import { TokenText } from "../TokenText";
import { AnswerParser, type AnswerParserOptions } from "./AnswerParser";

export interface AnswerReaderOptions extends AnswerParserOptions {
  model: LlamaModel;
  /** Tokens that end the answer, besides the model's own. */
  stopTokens: ReadonlySet<Token>;
  /** Thoughts are ended after so many tokens. */
  thoughtBudget: number | undefined;
}

export class AnswerReader {
  readonly #options: AnswerReaderOptions;
  readonly #parser: AnswerParser;
  readonly #text: TokenText;
  readonly #tokens: Token[] = [];
  #thoughtTokens = 0;
  #mustAnswer = false;
  /** The thought that is being written was ended. */
  #isEnded = false;
  #endsWithNewLine = false;
  /** Whole characters that were held back with half of one. */
  #waiting = "";
  /** So many tokens, behind an end that may not have been one. */
  #doubtful = 0;

  constructor(options: AnswerReaderOptions) {
    this.#options = options;
    this.#parser = new AnswerParser(options);
    this.#text = new TokenText(options.model);
  }

  /** Of the answer, without what ended it. Grows. */
  get tokens(): readonly Token[] {
    return this.#tokens;
  }

  get isOver(): boolean {
    return this.#parser.isOver;
  }

  /** The next token belongs to the answer proper, as far as can be said. */
  get isInAnswer(): boolean {
    return this.#parser.isInAnswer;
  }

  /** Ends the thought that is being written, or one that begins the answer; else nothing happens. */
  answerNow(): void {
    this.#mustAnswer = true;
  }

  /** To be written instead of the token that was sampled: the end of a thought. null: nothing is. `room`: no more than so many. */
  tokensInstead(room: number): Token[] | null {
    const { thought } = this.#parser;
    if (thought === null) {
      this.#mustAnswer &&= this.#parser.isUndecided;
      this.#isEnded = false;
      return null;
    }
    if (this.#isEnded) return null;
    if (!this.#mustAnswer && this.#thoughtTokens < (this.#options.thoughtBudget ?? Number.POSITIVE_INFINITY))
      return null;
    const text = this.#endsWithNewLine ? thought.toAnswer.replace(/^\n+/u, "") : thought.toAnswer;
    const tokens = this.#options.model.tokenize(text, true, "trimLeadingSpace");
    if (tokens.length > room) return null;
    this.#isEnded = true;
    // Half a character before them will never be whole.
    this.#waiting = this.#text.finish();
    return tokens;
  }

  /** `atMs`: when it was sampled. */
  push(token: Token, atMs: number): PartChange[] {
    const { model, stopTokens } = this.#options;
    const isEnd = model.isEogToken(token) || stopTokens.has(token);
    const changes =
      isControlToken(model, token) || isEnd
        ? this.#pushSpecial(token, isEnd, atMs)
        : this.#pushText(this.#text.push(token), atMs);
    this.#count(token, isEnd, changes.length > 0);
    if (this.#parser.thought !== null) this.#thoughtTokens++;
    return changes;
  }

  /** What is still held back. */
  finish(atMs: number): PartChange[] {
    const changes = [...this.#pushText(this.#text.finish(), atMs), ...this.#parser.finish(atMs)];
    this.#tokens.length -= this.#doubtful;
    return changes;
  }

  #pushText(added: string, atMs: number): PartChange[] {
    const text = this.#waiting + added;
    this.#waiting = "";
    if (text === "") return [];
    this.#endsWithNewLine = text.endsWith("\n");
    return this.#parser.push({ text, isControl: false, isEnd: false }, atMs);
  }

  #pushSpecial(token: Token, isEnd: boolean, atMs: number): PartChange[] {
    const { model } = this.#options;
    const isControl = isControlToken(model, token);
    const before = this.#pushText(this.#text.finish(), atMs);
    this.#text.push(token);
    this.#endsWithNewLine = false;
    return [...before, ...this.#parser.push({ text: model.detokenize([token], true), isControl, isEnd }, atMs)];
  }

  #count(token: Token, isEnd: boolean, hasChanges: boolean): void {
    if (this.#parser.isOver && (isEnd || isControlToken(this.#options.model, token))) return;
    this.#tokens.push(token);
    if (isEnd) this.#doubtful = 1;
    else if (hasChanges) this.#doubtful = 0;
    else if (this.#doubtful > 0) this.#doubtful++;
  }
}
