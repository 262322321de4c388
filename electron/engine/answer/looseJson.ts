// JSON as models write it: also in Python's spelling, with single quotes, line breaks in texts, a comma too many. Engine process.
import type { JsonValue } from "../template/JinjaTemplate";

export interface LooseOptions {
  /** What stands around texts, besides " and '. */
  quote?: string | undefined;
}

export interface Read {
  value: JsonValue;
  /** Where it ends in the text. */
  end: number;
}

/** Deeper values are not read. */
const MAX_DEPTH = 100;
/** So far is looked for what follows a text. */
const MAX_BLANKS = 64;
const words: Readonly<Record<string, JsonValue>> = {
  true: true,
  false: false,
  null: null,
  True: true,
  False: false,
  None: null,
};
const blanks = /\s*/uy;
const word = /[A-Za-z_$][\w$.-]*/uy;
const bareKey = /[^\s:,{}()[\]"'][^:,{}()[\]"']*/uy;
const number = /-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/uy;
const closers: Readonly<Record<string, string>> = { "{": "}", "[": "]", "(": ")" };

/** The value that begins at `at`, blanks before it aside; null where none does, or it does not end. */
export function readLoose(text: string, at = 0, options: LooseOptions = {}): Read | null {
  try {
    return new Reader(text, options).value(at, 0);
  } catch (error) {
    if (error instanceof NotAValue) return null;
    throw error;
  }
}

/** The entries of an object, or of a call's parentheses with "=", with each value as it is written. */
export function readEntries(
  text: string,
  at = 0,
  options: LooseOptions = {},
): { entries: Entry[]; end: number } | null {
  try {
    return new Reader(text, options).entries(at, 0);
  } catch (error) {
    if (error instanceof NotAValue) return null;
    throw error;
  }
}

export interface Entry {
  /** null: a value without a name, in parentheses. */
  key: string | null;
  value: JsonValue;
  /** As it is written. */
  source: string;
}

class NotAValue extends Error {}

class Reader {
  readonly #text: string;
  readonly #quotes: readonly string[];

  constructor(text: string, { quote }: LooseOptions) {
    this.#text = text;
    this.#quotes = [...(quote === undefined ? [] : [quote]), '"', "'"];
  }

  value(from: number, depth: number): Read {
    const at = this.#skip(from);
    if (depth > MAX_DEPTH) throw new NotAValue();
    const first = this.#text[at];
    if (first === "{") {
      const { entries, end } = this.entries(at, depth);
      return { value: Object.fromEntries(entries.map(({ key, value }) => [key ?? "", value])), end };
    }
    if (first === "[" || first === "(") return this.#list(at, depth);
    return this.#string(at) ?? this.#word(at) ?? this.#number(at);
  }

  entries(from: number, depth: number): { entries: Entry[]; end: number } {
    const start = this.#skip(from);
    const isCall = this.#text[start] === "(";
    if (!isCall && this.#text[start] !== "{") throw new NotAValue();
    const close = closers[this.#text[start] ?? ""];
    const entries: Entry[] = [];
    let at = this.#skip(start + 1);
    while (this.#text[at] !== close) {
      const key = this.#key(at, isCall);
      const { value, end } = this.value(key?.end ?? at, depth + 1);
      const begin = this.#skip(key?.end ?? at);
      entries.push({ key: key?.text ?? null, value, source: this.#text.slice(begin, end) });
      at = this.#next(end, close);
    }
    return { entries, end: at + 1 };
  }

  #key(at: number, isCall: boolean): { text: string; end: number } | null {
    const quoted = isCall ? null : this.#string(at);
    const key = quoted ?? match(isCall ? word : bareKey, this.#text, at);
    if (key === null) {
      if (isCall) return null;
      throw new NotAValue();
    }
    const sign = this.#skip(key.end);
    if (this.#text[sign] !== (isCall ? "=" : ":")) {
      if (isCall) return null;
      throw new NotAValue();
    }
    return { text: key.value, end: sign + 1 };
  }

  #list(start: number, depth: number): Read {
    const close = closers[this.#text[start] ?? ""];
    const values: JsonValue[] = [];
    let at = this.#skip(start + 1);
    while (this.#text[at] !== close) {
      const { value, end } = this.value(at, depth + 1);
      values.push(value);
      at = this.#next(end, close);
    }
    return { value: values, end: at + 1 };
  }

  /** Behind a comma, or at the end. */
  #next(from: number, close: string | undefined): number {
    const at = this.#skip(from);
    if (this.#text[at] === ",") return this.#skip(at + 1);
    if (this.#text[at] !== close) throw new NotAValue();
    return at;
  }

  #string(at: number): { value: string; end: number } | null {
    const quote = this.#quotes.find((one) => this.#text.startsWith(one, at));
    if (quote === undefined) return null;
    const isPlain = quote.length > 1;
    let end = at + quote.length;
    while (!this.#text.startsWith(quote, end) || (quote === "'" && !closesText(this.#text, end))) {
      if (end >= this.#text.length) throw new NotAValue();
      end += this.#text[end] === "\\" && !isPlain ? 2 : 1;
    }
    const inside = this.#text.slice(at + quote.length, end);
    return { value: isPlain ? inside : unescaped(inside), end: end + quote.length };
  }

  #word(at: number): Read | null {
    const found = match(word, this.#text, at);
    if (found === null) return null;
    const value = words[found.value];
    if (value === undefined) throw new NotAValue();
    return { value, end: found.end };
  }

  #number(at: number): Read {
    const found = match(number, this.#text, at);
    if (found === null) throw new NotAValue();
    return { value: Number(found.value), end: found.end };
  }

  #skip(at: number): number {
    return match(blanks, this.#text, at)?.end ?? at;
  }
}

/** Whether an apostrophe ends a text: something that may follow one does. Not every template escapes those in "d'accord". */
export function closesText(text: string, at: number): boolean {
  return /^\s*(?:[,)\]}:]|$)/u.test(text.slice(at + 1, at + 1 + MAX_BLANKS));
}

function match(expression: RegExp, text: string, at: number): { value: string; end: number } | null {
  expression.lastIndex = at;
  const found = expression.exec(text);
  return found === null ? null : { value: found[0], end: at + found[0].length };
}

const escapes: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "\r",
  b: "\b",
  f: "\f",
  "\n": "",
  "\\": "\\",
  "/": "/",
  '"': '"',
  "'": "'",
};

function unescaped(text: string): string {
  return text.replaceAll(
    /\\(?:u([\da-fA-F]{4})|x([\da-fA-F]{2})|(.))/gsu,
    (whole, unicode?: string, byte?: string, one?: string) => {
      const code = unicode ?? byte;
      if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16));
      return escapes[one ?? ""] ?? whole;
    },
  );
}
