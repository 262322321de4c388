// Keeps what users and models wrote from becoming control tokens, wherever a template puts it. Engine process.
//
// A template is given real text, and may trim, split or quote it. So text that spells a control token is marked before, with a noncharacter
// of Unicode between its characters: no template writes one, and what is left of the spelling afterwards is still recognised, in whole or in part.

/** A noncharacter: never in real text, which loses it on the way in. */
const MARK = "\uFDD0";
const markedRun = new RegExp(`(?:[^${MARK}]${MARK})+`, "gsu");

/** Marks each of the control tokens' texts in `text`, longest first. */
export function markPlain(text: string, controlTexts: readonly string[]): string {
  let marked = text.replaceAll(MARK, "");
  for (const control of [...controlTexts].sort((one, other) => other.length - one.length)) {
    if (control !== "")
      marked = marked.replaceAll(control, () => Array.from(control, (character) => character + MARK).join(""));
  }
  return marked;
}

export interface TextRun {
  text: string;
  /** Of a user or a model: never a control token. */
  isPlain: boolean;
}

/** The text without its marks, in runs. */
export function splitMarked(text: string): TextRun[] {
  const runs: TextRun[] = [];
  let end = 0;
  for (const match of text.matchAll(markedRun)) {
    if (match.index > end) runs.push({ text: text.slice(end, match.index), isPlain: false });
    runs.push({ text: match[0].replaceAll(MARK, ""), isPlain: true });
    end = match.index + match[0].length;
  }
  if (end < text.length) runs.push({ text: text.slice(end).replaceAll(MARK, ""), isPlain: false });
  return runs;
}

export function withoutMarks(text: string): string {
  return text.replaceAll(MARK, "");
}
