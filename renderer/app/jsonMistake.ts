// Where a text stops being JSON: JSON.parse says so for some mistakes only. Renderer.

export interface JsonMistake {
  /** From 1. */
  readonly line: number;
  readonly column: number;
  /** More is missing than wrong. */
  readonly isAtEnd: boolean;
}

/** One token of JSON and the blanks before it: punctuation, a string, or a number or word. */
const token =
  // oxlint-disable-next-line no-control-regex -- JSON forbids them in its strings.
  /[ \t\n\r]*(?:([[\]{},:])|("(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null))/y;
const blanks = /[ \t\n\r]*/y;

type Expected = "value" | "value-or-end" | "key" | "key-or-end" | ":" | "comma-or-end";

/** Null: it is JSON. */
export function findJsonMistake(text: string): JsonMistake | null {
  const open: ("[" | "{")[] = [];
  let expected: Expected = "value";
  let at = 0;
  while (!(expected === "comma-or-end" && open.length === 0)) {
    token.lastIndex = at;
    const found = token.exec(text);
    if (found === null) return placeOf(text, at);
    const [all, mark, string] = found;
    const next = afterToken(expected, mark ?? (string === undefined ? "word" : "string"), open);
    if (next === null) return placeOf(text, at);
    expected = next;
    at += all.length;
  }
  return skipBlanks(text, at) === text.length ? null : placeOf(text, at);
}

/** What may come after this token, which `open` takes note of; null where it may not stand. */
function afterToken(expected: Expected, kind: string, open: ("[" | "{")[]): Expected | null {
  const isValueExpected = expected === "value" || expected === "value-or-end";
  switch (kind) {
    case "[":
    case "{":
      if (!isValueExpected) return null;
      open.push(kind);
      return kind === "[" ? "value-or-end" : "key-or-end";
    case "]":
    case "}": {
      const isEmpty = expected === (kind === "]" ? "value-or-end" : "key-or-end");
      if (!isEmpty && expected !== "comma-or-end") return null;
      return open.pop() === (kind === "]" ? "[" : "{") ? "comma-or-end" : null;
    }
    case ",":
      if (expected !== "comma-or-end") return null;
      return open.at(-1) === "[" ? "value" : "key";
    case ":":
      return expected === ":" ? "value" : null;
    case "string":
      if (expected === "key" || expected === "key-or-end") return ":";
      return isValueExpected ? "comma-or-end" : null;
    default:
      return isValueExpected ? "comma-or-end" : null;
  }
}

function placeOf(text: string, at: number): JsonMistake {
  const start = skipBlanks(text, at);
  const before = text.slice(0, start).split("\n");
  return { line: before.length, column: (before.at(-1) ?? "").length + 1, isAtEnd: start === text.length };
}

function skipBlanks(text: string, at: number): number {
  blanks.lastIndex = at;
  return at + (blanks.exec(text)?.[0].length ?? 0);
}
