// Writes an expression of jinja2 in the tokens of @huggingface/jinja's parser. Engine process.
import { PythonError } from "../python/PythonError";
import type { SourceToken } from "./scan";
import { OWN, type ParserToken } from "./tree";

/** A token, or what is between two brackets. */
export type Item = SourceToken | Group;

interface Group {
  kind: "group";
  open: "(" | "[" | "{";
  items: Item[];
}

const TYPES: Readonly<Record<string, string>> = {
  "(": "OpenParen",
  ")": "CloseParen",
  "[": "OpenSquareBracket",
  "]": "CloseSquareBracket",
  "{": "OpenCurlyBracket",
  "}": "CloseCurlyBracket",
  ",": "Comma",
  ".": "Dot",
  ":": "Colon",
  "|": "Pipe",
  "=": "Equals",
  "+": "AdditiveBinaryOperator",
  "-": "AdditiveBinaryOperator",
  "~": "AdditiveBinaryOperator",
  "*": "MultiplicativeBinaryOperator",
  "/": "MultiplicativeBinaryOperator",
  "//": "MultiplicativeBinaryOperator",
  "%": "MultiplicativeBinaryOperator",
  "**": "ExponentiationBinaryOperator",
};
const CLOSERS = { "(": ")", "[": "]", "{": "}" } as const;
const COMPARISONS = new Set(["<", "<=", ">", ">=", "==", "!="]);
/** They bind less than a comparison: each begins another. */
const LOOSE_WORDS = new Set(["and", "or", "not", "if", "else"]);
const KEYWORDS = new Set([...LOOSE_WORDS, "in", "is"]);

export function operatorToken(value: string): ParserToken {
  return { type: TYPES[value] ?? "Unknown", value };
}

export function nameToken(value: string): ParserToken {
  return { type: "Identifier", value };
}

/** Brackets are balanced: the scanner has seen to it. */
export function grouped(tokens: readonly SourceToken[]): Item[] {
  const outermost: Item[] = [];
  const open: Item[][] = [outermost];
  for (const token of tokens) {
    const inner = open.at(-1) ?? outermost;
    if (token.kind === "operator" && (token.value === "(" || token.value === "[" || token.value === "{")) {
      const group: Group = { kind: "group", open: token.value, items: [] };
      inner.push(group);
      open.push(group.items);
    } else if (token.kind === "operator" && ")]}".includes(token.value)) {
      open.pop();
    } else {
      inner.push(token);
    }
  }
  return outermost;
}

/** Several expressions with commas between them are a tuple. */
export function tupleTokens(items: readonly Item[]): ParserToken[] {
  if (!items.some((item) => isOperator(item, ","))) return expressionTokens(items);
  return [nameToken(OWN.tuple), operatorToken("("), ...listTokens(items), operatorToken(")")];
}

/** Expressions between commas. */
export function listTokens(items: readonly Item[]): ParserToken[] {
  return splitAt(items, ",").flatMap((part, at) => [
    ...(at === 0 ? [] : [operatorToken(",")]),
    ...expressionTokens(part),
  ]);
}

export function splitAt(items: readonly Item[], operator: string): Item[][] {
  const parts: Item[][] = [[]];
  for (const item of items) {
    if (isOperator(item, operator)) parts.push([]);
    else parts.at(-1)?.push(item);
  }
  return parts;
}

export function isOperator(item: Item | undefined, value: string): boolean {
  return item?.kind === "operator" && item.value === value;
}

export function isName(item: Item | undefined, value: string): boolean {
  return item?.kind === "name" && item.value === value;
}

/** One expression without commas; colons and equals signs in it are the parser's business. */
export function expressionTokens(items: readonly Item[]): ParserToken[] {
  const tokens: ParserToken[] = [];
  let chain = {};
  const all = withConcatenations(withConditions(withTests(items)));
  for (let at = 0; at < all.length; at += 1) {
    const [item, before] = [all[at], all[at - 1]];
    if (item === undefined) continue;
    const isAttribute = isOperator(before, ".");
    const areAdjacentStrings = before?.kind === "string" && item.kind === "string";
    if (isOperandEnd(before, all[at - 2]) && startsOperand(item, isAttribute) && !areAdjacentStrings)
      throw new PythonError("SyntaxError", `unexpected '${described(item)}'`);
    if (item.kind === "group") {
      tokens.push(...groupTokens(item, isOperandEnd(before, all[at - 2])));
    } else if (item.kind === "name") {
      const isWord = !isAttribute && KEYWORDS.has(item.value);
      const isNotIn = isWord && item.value === "not" && isName(all[at + 1], "in");
      if (isWord && !isWellPlaced(item.value, isNotIn, before, all[at - 2]))
        throw new PythonError("SyntaxError", `unexpected '${item.value}'`);
      if (isWord && (item.value === "in" || isNotIn)) {
        // As comparison operators, so that the tree keeps this very token.
        tokens.push({ type: "ComparisonBinaryOperator", value: isNotIn ? "not in" : "in", chain });
        if (isNotIn) at += 1;
      } else {
        if (isWord && LOOSE_WORDS.has(item.value)) chain = {};
        tokens.push(nameToken(item.value));
      }
    } else if (item.kind === "operator") {
      if (isOperator(item, ":") || isOperator(item, "=")) chain = {};
      tokens.push(
        COMPARISONS.has(item.value)
          ? { type: "ComparisonBinaryOperator", value: item.value, chain }
          : operatorToken(item.value),
      );
    } else {
      tokens.push(literalToken(item));
    }
  }
  return tokens;
}

/** `not` begins an operand of the loosest operators only; the other words stand behind an operand. */
function isWellPlaced(word: string, isNotIn: boolean, before: Item | undefined, beforeThat: Item | undefined): boolean {
  if (word !== "not" || isNotIn) return isOperandEnd(before, beforeThat);
  if (before === undefined) return true;
  return before.kind === "name"
    ? LOOSE_WORDS.has(before.value)
    : before.kind === "operator" && ",:=".includes(before.value);
}

function groupTokens({ open, items }: Group, followsOperand: boolean): ParserToken[] {
  const inner =
    open === "(" && !followsOperand && (items.length === 0 || items.some((item) => isOperator(item, ",")))
      ? [nameToken(OWN.tuple)]
      : [];
  const isSubscript = open === "[" && followsOperand;
  const content = isSubscript ? tupleTokens(items) : listTokens(items);
  return [...inner, operatorToken(open), ...content, operatorToken(CLOSERS[open])];
}

function literalToken({ kind, value }: SourceToken): ParserToken {
  if (kind === "string") return { type: "StringLiteral", value };
  const digits = value.replaceAll("_", "");
  // The parser tells floats by their point.
  if (kind === "float")
    return { type: "NumericLiteral", value: digits.includes(".") ? digits : digits.replace(/e/i, ".0e") };
  const integer = BigInt(digits.toLowerCase());
  return integer <= BigInt(Number.MAX_SAFE_INTEGER)
    ? { type: "NumericLiteral", value: String(integer) }
    : nameToken(OWN.integer + String(integer));
}

/** Tests are written as filters: `x is not y z` as `x | "is not y"(z)`. */
export function withTests(items: readonly Item[]): Item[] {
  const written: Item[] = [];
  for (let at = 0; at < items.length; at += 1) {
    const item = items[at];
    if (item === undefined) continue;
    if (!isName(item, "is") || isOperator(items[at - 1], ".") || at === 0) {
      written.push(item);
      continue;
    }
    const isNegated = isName(items[at + 1], "not");
    if (isNegated) at += 1;
    const test = items[++at];
    if (test?.kind !== "name") throw new PythonError("SyntaxError", "expected the name of a test after 'is'");
    written.push(
      { kind: "operator", value: "|" },
      { kind: "name", value: (isNegated ? OWN.isNot : OWN.is) + test.value },
    );
    const argument = items[at + 1];
    if (argument?.kind === "group" && argument.open === "(") continue;
    if (!startsTestArgument(argument)) continue;
    if (isName(argument, "is")) throw new PythonError("SyntaxError", "You cannot chain multiple tests with is");
    const end = endOfOperand(items, at + 1);
    written.push({ kind: "group", open: "(", items: items.slice(at + 1, end) });
    at = end - 1;
  }
  return written;
}

function startsTestArgument(item: Item | undefined): boolean {
  if (item === undefined || item.kind === "operator") return false;
  return item.kind !== "name" || !["else", "or", "and"].includes(item.value);
}

/** Behind a name or literal with its attributes, subscripts and calls. */
function endOfOperand(items: readonly Item[], start: number): number {
  let end = start + 1;
  for (;;) {
    const item = items[end];
    if (isOperator(item, ".")) end += 2;
    else if (item?.kind === "group" && item.open !== "{") end += 1;
    else return Math.min(end, items.length);
  }
}

/** The parser takes an inline if without else only at the end: `a if b if c` is `(a if b) if c`. */
function withConditions(items: readonly Item[]): Item[] {
  let written: Item[] = [];
  let start = 0;
  let isOpen = false;
  for (const item of items) {
    const isWord = !isOperator(written.at(-1), ".");
    if (isWord && isName(item, "if")) {
      if (isOpen) written = [...written.slice(0, start), { kind: "group", open: "(", items: written.slice(start) }];
      isOpen = true;
    }
    written.push(item);
    if (isWord && isName(item, "else")) {
      if (!isOpen) throw new PythonError("SyntaxError", "unexpected 'else'");
      [start, isOpen] = [written.length, false];
    }
  }
  return written;
}

/** `~` binds more than + and -, less than *: what belongs to it gets brackets. */
function withConcatenations(items: readonly Item[]): Item[] {
  if (!items.some((item) => isOperator(item, "~"))) return [...items];
  const written: Item[] = [];
  let run: Item[] = [];
  const endRun = (): void => {
    const isConcatenation = run.some((item) => isOperator(item, "~"));
    written.push(
      ...(isConcatenation && run.length < items.length ? [{ kind: "group", open: "(", items: run } as const] : run),
    );
    run = [];
  };
  items.forEach((item, at) => {
    if (bindsLess(item, items[at - 1], items[at - 2])) {
      endRun();
      written.push(item);
    } else {
      run.push(item);
    }
  });
  endRun();
  return written;
}

function bindsLess(item: Item, before: Item | undefined, beforeThat: Item | undefined): boolean {
  if (item.kind === "name") return KEYWORDS.has(item.value) && !isOperator(before, ".");
  if (item.kind !== "operator") return false;
  // A sign is no operator between two.
  if (item.value === "+" || item.value === "-") return isOperandEnd(before, beforeThat);
  return COMPARISONS.has(item.value) || item.value === "=" || item.value === ":";
}

function isOperandEnd(item: Item | undefined, before: Item | undefined): boolean {
  if (item === undefined || item.kind === "operator") return false;
  return item.kind !== "name" || !KEYWORDS.has(item.value) || isOperator(before, ".");
}

/** Brackets after an operand are a call or a subscript. */
function startsOperand(item: Item, isAttribute: boolean): boolean {
  if (item.kind === "group") return item.open === "{";
  if (item.kind === "operator") return false;
  return item.kind !== "name" || !KEYWORDS.has(item.value) || isAttribute;
}

function described(item: Item): string {
  return item.kind === "group" ? item.open : item.value;
}
