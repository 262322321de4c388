// Cuts a template into text, outputs and tags by jinja2's rules for blanks (trim_blocks and lstrip_blocks on). Engine process.
import { BLANKS, isOnlyBlanks, strip } from "../python/characters";
import { PythonError } from "../python/PythonError";
import { unescapeLiteral } from "./stringLiteral";

export interface SourceToken {
  kind: "name" | "string" | "integer" | "float" | "operator";
  /** Of a string what it stands for, of numbers their digits. */
  value: string;
}

export type Piece = { kind: "text"; text: string } | { kind: "output" | "tag"; tokens: SourceToken[] };

const BLANK = `[${BLANKS}]`;
const OPENING = /\{[%{#]/g;
const RAW = new RegExp(`\\{%([-+]?)${BLANK}*raw${BLANK}*(?:-%\\}${BLANK}*|%\\})`, "uy");
const END_OF_RAW = new RegExp(`\\{%([-+]?)${BLANK}*endraw${BLANK}*(?:\\+%\\}|-%\\}${BLANK}*|%\\}\\n?)`, "gu");
const END_OF_COMMENT = new RegExp(`\\+#\\}|-#\\}${BLANK}*|#\\}\\n?`, "gu");
const END_OF = {
  tag: new RegExp(`\\+%\\}|-%\\}${BLANK}*|%\\}\\n?`, "uy"),
  output: new RegExp(`-\\}\\}${BLANK}*|\\}\\}`, "uy"),
};
const TOKENS: readonly (readonly [kind: SourceToken["kind"] | "blank", pattern: RegExp])[] = [
  ["blank", new RegExp(`${BLANK}+`, "uy")],
  ["float", /(?<!\.)(?:\d+_)*\d+(?:(?:\.(?:\d+_)*\d+)?e[+-]?(?:\d+_)*\d+|\.(?:\d+_)*\d+)/iuy],
  ["integer", /0b(?:_?[01])+|0o(?:_?[0-7])+|0x(?:_?[\da-f])+|[1-9](?:_?\d)*|0(?:_?0)*/iuy],
  ["name", /[\p{XIDC}·]+/uy],
  ["string", /'[^'\\]*(?:\\[\s\S][^'\\]*)*'|"[^"\\]*(?:\\[\s\S][^"\\]*)*"/uy],
  ["operator", /\/\/|\*\*|==|!=|>=|<=|[-+/*%~[\](){}<>=.:|,;]/uy],
];
const CLOSERS: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };

/** Throws what jinja2 calls a syntax error. */
export function scan(template: string): Piece[] {
  const source = template.replace(/\r\n?/g, "\n").replace(/\n$/, "");
  const pieces: Piece[] = [];
  let at = 0;
  let atLineStart = true;

  const fail = (message: string): PythonError =>
    new PythonError("SyntaxError", `line ${source.slice(0, at).split("\n").length}: ${message}`);
  const find = (pattern: RegExp, from: number): RegExpExecArray | null => {
    pattern.lastIndex = from;
    return pattern.exec(source);
  };
  const addText = (text: string, sign: string, keepsBlanks: boolean): void => {
    const lineStart = text.lastIndexOf("\n") + 1;
    let kept = text;
    if (sign === "-") kept = strip(text, null, "right");
    // A tag that stands alone before it in its line takes the blanks in front of it away.
    else if (sign !== "+" && !keepsBlanks && (lineStart > 0 || atLineStart) && isOnlyBlanks(text.slice(lineStart)))
      kept = text.slice(0, lineStart);
    if (kept !== "") pieces.push({ kind: "text", text: kept });
  };
  const goTo = (end: number): void => {
    at = end;
    atLineStart = source.charAt(end - 1) === "\n";
  };

  for (let opening = find(OPENING, at); opening !== null; opening = find(OPENING, at)) {
    const text = source.slice(at, opening.index);
    at = opening.index;
    const raw = find(RAW, at);
    if (raw !== null) {
      addText(text, raw[1] ?? "", false);
      goTo(at + raw[0].length);
      const end = find(END_OF_RAW, at);
      if (end === null && at >= source.length) return pieces;
      if (end === null) throw fail("Missing end of raw directive");
      addText(source.slice(at, end.index), end[1] ?? "", false);
      goTo(end.index + end[0].length);
      continue;
    }
    const sign = /^[-+]?/.exec(source.slice(at + 2, at + 3))?.[0] ?? "";
    addText(text, sign, opening[0] === "{{");
    at += 2 + sign.length;
    atLineStart = false;
    if (opening[0] === "{#") {
      const end = find(END_OF_COMMENT, at);
      if (end === null && at >= source.length) return pieces;
      if (end === null) throw fail("Missing end of comment tag");
      goTo(end.index + end[0].length);
    } else {
      tokens(opening[0] === "{{" ? "output" : "tag");
    }
  }
  if (at < source.length) pieces.push({ kind: "text", text: source.slice(at) });
  return pieces;

  /** Reads up to the end of the tag that has been opened. */
  function tokens(kind: "output" | "tag"): void {
    const found: SourceToken[] = [];
    const open: string[] = [];
    for (;;) {
      const end = open.length === 0 ? find(END_OF[kind], at) : null;
      if (end !== null) {
        goTo(at + end[0].length);
        pieces.push({ kind, tokens: found });
        return;
      }
      const token = next();
      if (token === undefined) continue;
      if (token.kind === "operator") {
        const closer = CLOSERS[token.value];
        if (closer !== undefined) open.push(closer);
        else if (")]}".includes(token.value) && open.pop() !== token.value) throw fail(`unexpected '${token.value}'`);
      }
      found.push(token);
    }
  }

  /** undefined for blanks. */
  function next(): SourceToken | undefined {
    for (const [kind, pattern] of TOKENS) {
      const match = find(pattern, at);
      if (match === null) continue;
      at += match[0].length;
      if (kind === "blank") return undefined;
      if (kind === "name" && !/^[\p{XIDS}_]/u.test(match[0])) throw fail("Invalid character in identifier");
      return { kind, value: kind === "string" ? unescapeLiteral(match[0].slice(1, -1)) : match[0] };
    }
    throw fail(at < source.length ? `unexpected char '${source.charAt(at)}'` : "unexpected end of template");
  }
}
