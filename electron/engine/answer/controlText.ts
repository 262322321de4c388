// Text in which control tokens can be told from text that merely spells them: each stands between two noncharacters. Engine process.
//
// So a marker of an answer is one string, whether it is made of control tokens, of text or of both, and what a model writes about
// "<|im_end|>" in plain letters matches nothing.

/** Noncharacters of Unicode, which real text does not have. */
const START = "\uFDD1";
const END = "\uFDD2";
const marks = /[\uFDD0-\uFDEF]/gu;
const control = new RegExp(`${START}([^${END}]*)${END}`, "u");
/** Control tokens are at most so long. */
const MAX_CONTROL_CHARACTERS = 64;
const inWord = /[\p{L}\p{N}\s]/u;

export function controlText(token: string): string {
  return START + token + END;
}

/** Of what a model wrote, or the text of a marker as it is: without any marks. */
export function plainText(text: string): string {
  return text.replaceAll(marks, "");
}

/** With each control token in it marked. */
export function markControls(text: string, isControl: (text: string) => boolean): string {
  let marked = "";
  let at = 0;
  while (at < text.length) {
    const token = controlAt(text, at, isControl);
    marked += token === null ? (text[at] ?? "") : controlText(token);
    at += token?.length ?? 1;
  }
  return marked;
}

function controlAt(text: string, at: number, isControl: (text: string) => boolean): string | null {
  if (inWord.test(text[at] ?? "")) return null;
  for (let end = Math.min(text.length, at + MAX_CONTROL_CHARACTERS); end > at; end--) {
    if (inWord.test(text[end - 1] ?? "")) continue;
    const token = text.slice(at, end);
    if (isControl(token)) return token;
  }
  return null;
}

/** The first control token at or after `from`. */
export function findControl(text: string, from = 0): { index: number; end: number; token: string } | null {
  const found = control.exec(text.slice(from));
  return found === null
    ? null
    : { index: from + found.index, end: from + found.index + found[0].length, token: found[1] ?? "" };
}

export function startsWithControl(text: string): boolean {
  return text.startsWith(START);
}

/** Elements of a template's text: control tokens, tags like "<think>" or "[/THINK]", and what stands between them. */
export interface Element {
  text: string;
  kind: "control" | "tag" | "text";
}

const element = new RegExp(
  `${START}[^${END}]*${END}|<[/|｜]?[\\p{L}_][^<>\\n${START}]{0,80}>|\\[/?[\\p{L}_][\\p{L}\\d_: -]{0,80}\\]|◁[^◁▷\\n]{1,80}▷`,
  "gu",
);

export function elementsOf(marked: string): Element[] {
  const elements: Element[] = [];
  let end = 0;
  for (const match of marked.matchAll(element)) {
    if (match.index > end) elements.push({ text: marked.slice(end, match.index), kind: "text" });
    elements.push({ text: match[0], kind: startsWithControl(match[0]) ? "control" : "tag" });
    end = match.index + match[0].length;
  }
  if (end < marked.length) elements.push({ text: marked.slice(end), kind: "text" });
  return elements;
}

/** How much of both texts' beginnings is the same, without a part of an element or word where both go on. */
export function commonStart(one: string, other: string): number {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length++;
  return length === one.length || length === other.length
    ? length
    : Math.min(wholeElements(one, length), wholeElements(other, length));
}

/** The longest end of both texts that begins with an element, or is one of the texts. */
export function commonEnd(one: string, other: string): string {
  let length = 0;
  while (length < one.length && length < other.length && one.at(-1 - length) === other.at(-1 - length)) length++;
  const end = one.slice(one.length - length);
  if (length === one.length || length === other.length) return end;
  const start = end.search(new RegExp(`[${START}<[◁]`, "u"));
  return start < 0 ? "" : end.slice(start);
}

/** The longest beginning of at most `length` characters that does not end within an element or a word. */
function wholeElements(text: string, length: number): number {
  let at = 0;
  for (const { text: piece, kind } of elementsOf(text)) {
    if (at + piece.length <= length) at += piece.length;
    else return kind === "text" ? at + (/^.*\s|/su.exec(piece.slice(0, length - at))?.[0].length ?? 0) : at;
  }
  return at;
}
