// How an answer ends in a format: the text that the template writes behind it. Engine process.
import type { ChatFormat } from "./ChatFormat";

export interface TurnEnd {
  /** Control tokens' texts: the first thing after an answer. */
  controlText: string | null;
  /** Ordinary text that begins the next turn, "\n\nUser:"; null where a control token does. */
  text: string | null;
}

const ANSWER = "facetanswer";
const NEXT = "facetnext";

export function findTurnEnd(format: ChatFormat, isControl: (text: string) => boolean): TurnEnd {
  const content = (text: string) => (format.shape.contentIsParts ? [{ type: "text", text }] : text);
  const written = format.tryMessages([
    { role: "user", content: content("?") },
    { role: "assistant", content: content(ANSWER) },
    { role: "user", content: content(NEXT) },
  ]);
  const [, between] = written === null ? [] : (new RegExp(`${ANSWER}(.*?)${NEXT}`, "su").exec(written) ?? []);
  if (between === undefined) return { controlText: null, text: null };
  const controlText = firstControl(between.trimStart(), isControl);
  // A line of its own, or a plain word in an answer would end it.
  const text = controlText === null && /\n\s*\S/u.test(between) ? between.trimEnd() : null;
  return { controlText, text };
}

/** The shortest beginning that is one control token. Such tokens are at most so long. */
const MAX_CONTROL_CHARACTERS = 64;

function firstControl(text: string, isControl: (text: string) => boolean): string | null {
  for (let length = 1; length <= Math.min(text.length, MAX_CONTROL_CHARACTERS); length++) {
    const beginning = text.slice(0, length);
    if (isControl(beginning)) return beginning;
  }
  return null;
}
