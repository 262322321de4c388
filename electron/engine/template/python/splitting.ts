// str.split and its relatives. Engine process.
import { BLANKS, LINE_ENDS, strip } from "./characters";
import { valueError } from "./PythonError";

const LINE_END = new RegExp(`\\r\\n|[${LINE_ENDS}]`, "g");
const BLANK_RUN = new RegExp(`[${BLANKS}]+`, "gu");

/** At most `most` cuts, from the left; a negative number sets no bound. Without a separator runs of blanks separate. */
export function split(text: string, separator: string | null, most: number): string[] {
  if (separator === null) return splitAtBlanks(text, most);
  if (separator === "") throw valueError("empty separator");
  const parts = text.split(separator);
  if (most < 0 || parts.length <= most + 1) return parts;
  return [...parts.slice(0, most), parts.slice(most).join(separator)];
}

function splitAtBlanks(text: string, most: number): string[] {
  const trimmed = strip(text, null, "left");
  const parts: string[] = [];
  let at = 0;
  for (const match of trimmed.matchAll(BLANK_RUN)) {
    if (most >= 0 && parts.length >= most) break;
    parts.push(trimmed.slice(at, match.index));
    at = match.index + match[0].length;
  }
  if (at < trimmed.length) parts.push(trimmed.slice(at));
  return parts;
}

/** The same from the right. */
export function splitFromRight(text: string, separator: string | null, most: number): string[] {
  if (separator === null) {
    const trimmed = strip(text, null, "right");
    const gaps = [...trimmed.matchAll(BLANK_RUN)].filter((gap) => gap.index > 0);
    const cuts = most < 0 ? gaps : most === 0 ? [] : gaps.slice(-most);
    const parts: string[] = [];
    // Blanks at the start stay where the cuts were used up.
    let at = most < 0 || cuts.length < most ? trimmed.length - strip(trimmed, null, "left").length : 0;
    for (const cut of cuts) {
      parts.push(trimmed.slice(at, cut.index));
      at = cut.index + cut[0].length;
    }
    return at < trimmed.length ? [...parts, trimmed.slice(at)] : parts;
  }
  if (separator === "") throw valueError("empty separator");
  // Separators that overlap are found from the right.
  const parts: string[] = [];
  let end = text.length;
  while (most < 0 || parts.length < most) {
    const at = end < separator.length ? -1 : text.lastIndexOf(separator, end - separator.length);
    if (at < 0) break;
    parts.unshift(text.slice(at + separator.length, end));
    end = at;
  }
  return [text.slice(0, end), ...parts];
}

export function splitLines(text: string, keepEnds: boolean): string[] {
  const lines: string[] = [];
  let at = 0;
  for (const end of text.matchAll(LINE_END)) {
    lines.push(text.slice(at, keepEnds ? end.index + end[0].length : end.index));
    at = end.index + end[0].length;
  }
  return at < text.length ? [...lines, text.slice(at)] : lines;
}
