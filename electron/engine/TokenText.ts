// Turns tokens into text as they come, never half a character. Engine process.
import type { LlamaModel, Token } from "node-llama-cpp";

/** A character is at most 4 bytes; more tokens than this ending in none are not going to become one. */
const MAX_WAITING_TOKENS = 8;
/** Tokens before, by which some tokenizers decide about a space. */
const REMEMBERED_TOKENS = 4;
const REPLACEMENT = "\uFFFD";

export class TokenText {
  readonly #model: Pick<LlamaModel, "detokenize">;
  #waiting: Token[] = [];
  #before: Token[] = [];

  constructor(model: Pick<LlamaModel, "detokenize">) {
    this.#model = model;
  }

  /** The text that is now certain; "" while a character is incomplete. */
  push(token: Token): string {
    this.#waiting.push(token);
    const text = this.#model.detokenize(this.#waiting, false, this.#before);
    if (text.endsWith(REPLACEMENT) && this.#waiting.length < MAX_WAITING_TOKENS) return "";
    this.#before = [...this.#before, ...this.#waiting].slice(-REMEMBERED_TOKENS);
    this.#waiting = [];
    return text;
  }

  /** What was still waiting, without the incomplete character at its end. */
  finish(): string {
    if (this.#waiting.length === 0) return "";
    const text = this.#model.detokenize(this.#waiting, false, this.#before);
    this.#waiting = [];
    return text.replace(/\uFFFD+$/u, "");
  }
}
