// Finds the end of a value that is still being written. Engine process.
import { startsWithControl } from "./controlText";
import { closesText, type LooseOptions } from "./looseJson";
import type { Pattern } from "./Pattern";

/** Follows brackets and texts of a growing value, to see where it ends. */
export class BalanceScanner {
  readonly #quotes: readonly string[];
  #depth = 0;
  #quote: string | null = null;
  #before = "";
  #skipNext = false;
  /** What was consumed last. */
  last = "";

  constructor({ quote }: LooseOptions = {}) {
    this.#quotes = [...(quote === undefined ? [] : [quote]), '"', "'"];
  }

  get isInText(): boolean {
    return this.#quote !== null;
  }

  /**
   * Goes on with text[at]; the index behind what was consumed, which is `at` where more text is needed to go on.
   * `isDone`: the value ended with it.
   */
  step(text: string, at: number, isFinal = false): { end: number; isDone: boolean } {
    const character = text[at] ?? "";
    this.last = character;
    if (this.#skipNext) {
      this.#skipNext = false;
      return { end: at + 1, isDone: false };
    }
    if (this.#quote !== null) {
      const isApostrophe = this.#quote === "'" && character === "'";
      if (isApostrophe && !isFinal && text.slice(at + 1).trim() === "") return { end: at, isDone: false };
      if (isApostrophe ? closesText(text, at) : text.startsWith(this.#quote, at)) {
        const end = at + this.#quote.length;
        this.#quote = null;
        this.#before = '"';
        return { end, isDone: this.#depth === 0 };
      }
      this.#skipNext = character === "\\" && this.#quote.length === 1;
      return { end: at + 1, isDone: false };
    }
    const quote = this.#quotes.find((one) => text.startsWith(one, at));
    // An apostrophe begins a text only where a value or a key may stand.
    if (quote !== undefined && (quote !== "'" || "{[(,:=".includes(this.#before))) {
      this.#quote = quote;
      return { end: at + quote.length, isDone: false };
    }
    if (!/\s/u.test(character)) this.#before = character;
    if ("{[(".includes(character)) this.#depth++;
    if ("}])".includes(character)) return { end: at + 1, isDone: --this.#depth <= 0 };
    return { end: at + 1, isDone: false };
  }
}

/** As far as a value goes. It breaks off at a control token, and where its close stands on a line of its own. */
export function scanValue(
  scanner: BalanceScanner,
  text: string,
  from: number,
  closes: readonly Pattern[],
  isFinal: boolean,
  quote?: string,
): { at: number; isDone: boolean; isBroken: boolean } {
  // Of a quote of several characters the rest may not be there yet.
  const until =
    quote === undefined || startsWithControl(quote) || isFinal ? text.length : text.length - quote.length + 1;
  let at = from;
  while (at < until) {
    const isQuote = quote !== undefined && text.startsWith(quote, at);
    if (!isQuote && (startsWithControl(text.slice(at, at + 1)) || scanner.last === "\n")) {
      const close = closes.map((pattern) => pattern.match(text, at)).find((match) => match !== null);
      if (close === "beginning" && !isFinal) return { at, isDone: false, isBroken: false };
      if (close !== undefined || startsWithControl(text.slice(at, at + 1))) return { at, isDone: true, isBroken: true };
    }
    const { end, isDone } = scanner.step(text, at, isFinal);
    if (end === at) return { at, isDone: false, isBroken: false };
    at = end;
    if (isDone) return { at, isDone: true, isBroken: false };
  }
  return { at, isDone: isFinal, isBroken: isFinal };
}
