// Reads a grammar in GBNF as llama.cpp does (src/llama-grammar.cpp, grammars/README.md), whose own reader only says that it failed.
import type { Because, GrammarReason } from "../failureReasons";

export interface GrammarRule {
  readonly alternatives: readonly (readonly GrammarItem[])[];
}

/** `at`: where it stands in the text. */
export type GrammarItem =
  | { readonly kind: "text"; readonly isEmpty: boolean; readonly at: number }
  | { readonly kind: "name"; readonly name: string; readonly at: number }
  | { readonly kind: "group"; readonly rule: GrammarRule; readonly at: number }
  /** `max` null: no limit. */
  | {
      readonly kind: "repeated";
      readonly item: GrammarItem;
      readonly min: number;
      readonly max: number | null;
      readonly at: number;
    };

/** A mistake without its place. */
type Mistake = WithoutPlace<Because<GrammarReason>>;
type WithoutPlace<One> = One extends { readonly line: string } ? Omit<One, "line" | "column"> : never;

export class GrammarError extends Error {
  readonly because: Because<GrammarReason>;

  constructor(text: string, at: number, mistake: Mistake) {
    super(mistake.reason);
    const before = text.slice(0, at).split(/\r\n|\n|\r/);
    this.because = {
      ...mistake,
      line: String(before.length),
      column: String((before.at(-1) ?? "").length + 1),
    };
  }
}

/** llama.cpp's own limit (MAX_REPETITION_THRESHOLD). */
const MAX_REPEATED = 2000;
/** llama.cpp's reader calls itself for each ( and overflows its stack somewhere below 20,000. */
const MAX_DEPTH = 100;
const MAX_CODE_POINT = 0x10ffff;
const controlCharacters: Readonly<Partial<Record<string, string>>> = { t: "\t", r: "\r", n: "\n" };

/** By name; of two with the same name llama.cpp uses the last one. Throws GrammarError. */
export function readGrammar(text: string): ReadonlyMap<string, GrammarRule> {
  return new Reader(text).read();
}

class Reader {
  readonly #text: string;
  #at = 0;
  #depth = 0;
  readonly #names = new Set<string>();
  /** llama.cpp makes rules of groups and repetitions, and counts them where they are repeated. */
  #madeRules = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): Map<string, GrammarRule> {
    const rules = new Map<string, GrammarRule>();
    this.#skipBlanks(true);
    while (this.#at < this.#text.length) {
      const name = this.#name();
      if (name === "") this.#fail({ reason: "grammar-name-expected" });
      this.#skipBlanks(false);
      if (!this.#take("::=")) this.#fail({ reason: "grammar-definition-expected", name });
      this.#skipBlanks(true);
      rules.set(name, this.#rule(false));
      if (this.#at < this.#text.length && !/[\r\n]/.test(this.#here()))
        this.#fail({ reason: "grammar-unexpected", text: this.#here() });
      this.#skipBlanks(true);
    }
    return rules;
  }

  /** `isNested`: in ( ), where a line may end anywhere. */
  #rule(isNested: boolean): GrammarRule {
    const alternatives = [this.#sequence(isNested)];
    while (this.#take("|")) {
      this.#skipBlanks(true);
      alternatives.push(this.#sequence(isNested));
    }
    return { alternatives };
  }

  #sequence(isNested: boolean): GrammarItem[] {
    const items: GrammarItem[] = [];
    for (;;) {
      const rulesBefore = this.#names.size + this.#madeRules;
      const item = this.#item();
      if (item === null) break;
      this.#skipBlanks(isNested);
      const weight = item.kind === "group" ? Math.max(1, this.#names.size + this.#madeRules - rulesBefore) : 1;
      items.push(this.#repeated(item, weight, isNested));
    }
    if (/[*+?{]/.test(this.#here())) this.#fail({ reason: "grammar-nothing-to-repeat", text: this.#here() });
    return items;
  }

  #item(): GrammarItem | null {
    const at = this.#at;
    switch (this.#here()) {
      case '"':
        this.#at++;
        while (!this.#take('"')) this.#character(at, '"');
        return { kind: "text", isEmpty: this.#at === at + 2, at };
      case "[":
        return this.#characters();
      case "(":
        return this.#group();
      case ".":
        this.#at++;
        return { kind: "text", isEmpty: false, at };
      case "<":
      case "!":
        return this.#fail({ reason: "grammar-token-named" });
      default: {
        const name = this.#name();
        return name === "" ? null : { kind: "name", name, at };
      }
    }
  }

  #characters(): GrammarItem {
    const at = this.#at++;
    const isNegated = this.#take("^");
    let isEmpty = true;
    for (; !this.#take("]"); isEmpty = false) {
      const rangeAt = this.#at;
      const from = this.#character(at, "]");
      if (this.#here() !== "-" || this.#text.charAt(this.#at + 1) === "]") continue;
      this.#at++;
      if (this.#character(at, "]") < from) this.#fail({ reason: "grammar-range-reversed" }, rangeAt);
    }
    if (isEmpty && !isNegated) this.#fail({ reason: "grammar-characters-missing" }, at);
    return { kind: "text", isEmpty: false, at };
  }

  #group(): GrammarItem {
    const at = this.#at++;
    if (++this.#depth > MAX_DEPTH) this.#fail({ reason: "grammar-too-deep", limit: String(MAX_DEPTH) }, at);
    this.#madeRules++;
    this.#skipBlanks(true);
    const rule = this.#rule(true);
    if (!this.#take(")")) this.#failUnclosed(at, ")");
    this.#depth--;
    return { kind: "group", rule, at };
  }

  #repeated(item: GrammarItem, weight: number, isNested: boolean): GrammarItem {
    const at = this.#at;
    const times = this.#times();
    if (times === null) return item;
    this.#skipBlanks(isNested);
    const { min, max } = times;
    const count = weight * Math.max(1, max ?? min);
    if (min > MAX_REPEATED || count > MAX_REPEATED)
      this.#fail({ reason: "grammar-repeated-too-often", limit: String(MAX_REPEATED) }, at);
    if (item.kind === "text" && item.isEmpty) this.#fail({ reason: "grammar-empty-text-repeated" }, at);
    this.#madeRules += max === null ? 1 : max - min;
    return this.#repeated({ kind: "repeated", item, min, max, at }, count, isNested);
  }

  #times(): { min: number; max: number | null } | null {
    if (this.#take("*")) return { min: 0, max: null };
    if (this.#take("+")) return { min: 1, max: null };
    if (this.#take("?")) return { min: 0, max: 1 };
    if (this.#here() !== "{") return null;
    const at = this.#at;
    const [all, first, comma, last] =
      this.#match(/\{[ \t]*(\d+)[ \t]*(?:(,)[ \t]*(\d*)[ \t]*)?\}/y) ??
      this.#fail({ reason: "grammar-count-unreadable" });
    this.#at += all.length;
    const min = Number(first);
    const max = comma === undefined ? min : last === undefined || last === "" ? null : Number(last);
    if (max !== null && max < min) this.#fail({ reason: "grammar-count-reversed" }, at);
    // llama.cpp takes a larger one as no limit.
    return { min, max: max !== null && max > MAX_REPEATED ? null : max };
  }

  /** Its code point. */
  #character(start: number, end: string): number {
    const at = this.#at;
    if (at >= this.#text.length) this.#failUnclosed(start, end);
    const codePoint = this.#here() === "\\" ? this.#escape() : (this.#text.codePointAt(this.#at) ?? 0);
    if (this.#at === at) this.#at += codePoint > 0xffff ? 2 : 1;
    const isSurrogate = codePoint >= 0xd800 && codePoint <= 0xdfff;
    // A range of characters may begin with the one of value 0.
    if ((codePoint === 0 && end === '"') || codePoint > MAX_CODE_POINT || isSurrogate)
      this.#fail({ reason: "grammar-character-impossible" }, at);
    return codePoint;
  }

  #escape(): number {
    const [all, digits2, digits4, digits8, letter = ""] =
      this.#match(/\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([trn\\"[\]-]))/y) ??
      this.#fail({ reason: "grammar-escape-unknown" });
    this.#at += all.length;
    const digits = digits2 ?? digits4 ?? digits8;
    return digits === undefined ? (controlCharacters[letter] ?? letter).charCodeAt(0) : Number.parseInt(digits, 16);
  }

  /** "" where none stands here. */
  #name(): string {
    const name = this.#match(/[a-zA-Z0-9-]+/y)?.[0] ?? "";
    this.#at += name.length;
    if (name !== "") this.#names.add(name);
    return name;
  }

  #skipBlanks(withLines: boolean): void {
    this.#at += this.#match(withLines ? /(?:[ \t\r\n]|#[^\r\n]*)*/y : /(?:[ \t]|#[^\r\n]*)*/y)?.[0].length ?? 0;
  }

  /** `pattern` is sticky. */
  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    return pattern.exec(this.#text);
  }

  #take(mark: string): boolean {
    const isHere = this.#text.startsWith(mark, this.#at);
    if (isHere) this.#at += mark.length;
    return isHere;
  }

  /** "" at the end. */
  #here(): string {
    return this.#at < this.#text.length ? String.fromCodePoint(this.#text.codePointAt(this.#at) ?? 0) : "";
  }

  #failUnclosed(start: number, end: string): never {
    if (this.#at < this.#text.length) this.#fail({ reason: "grammar-unexpected", text: this.#here() });
    return this.#fail({ reason: "grammar-unclosed", text: this.#text.charAt(start), end }, start);
  }

  #fail(mistake: Mistake, at = this.#at): never {
    throw new GrammarError(this.#text, at, mistake);
  }
}
