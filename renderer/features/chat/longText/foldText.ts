// How much of a long text is shown until somebody wants to see all of it.
import { cutText } from "../textField/cutText";

export const FOLDED_CHARACTERS = 1_500;
const FOLDED_LINES = 16;
/** What hides less than half as much again is not worth a click. */
const SPARE = 1.5;

/** Null: it is short enough to be shown whole. */
export function foldText(text: string): string | null {
  if (text.length <= FOLDED_CHARACTERS * SPARE && endOfLine(text, FOLDED_LINES * SPARE) === text.length) return null;
  return cutText(text, Math.min(FOLDED_CHARACTERS, endOfLine(text, FOLDED_LINES))).trimEnd();
}

/** Where so many lines end; the text's length where it has no more. */
function endOfLine(text: string, lines: number): number {
  let end = 0;
  for (let line = 0; line < lines; line++) {
    const next = text.indexOf("\n", end);
    if (next === -1) return text.length;
    end = next + 1;
  }
  return end;
}
