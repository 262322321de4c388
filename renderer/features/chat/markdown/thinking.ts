// Splits the thoughts of a reasoning model from its answer.

const OPEN = "<think>";
const CLOSE = "</think>";

export interface ThinkingSplit {
  /** null: the answer has no thoughts. */
  readonly thinking: string | null;
  /** False while the thoughts are still being written. */
  readonly thinkingEnded: boolean;
  readonly answer: string;
}

/** Only at the very start of the text counts; half an opening tag shows nothing yet, so that it never flashes. */
export function splitThinking(text: string, isWriting: boolean): ThinkingSplit {
  const start = text.trimStart();
  if (start.startsWith(OPEN)) {
    const end = start.indexOf(CLOSE);
    if (end === -1) return { thinking: withoutPartialTag(start.slice(OPEN.length)).trim(), thinkingEnded: !isWriting, answer: "" };
    const thinking = start.slice(OPEN.length, end).trim();
    return { thinking: thinking === "" ? null : thinking, thinkingEnded: true, answer: start.slice(end + CLOSE.length).trimStart() };
  }
  if (isWriting && start !== "" && OPEN.startsWith(start)) return { thinking: null, thinkingEnded: true, answer: "" };
  return { thinking: null, thinkingEnded: true, answer: text };
}

function withoutPartialTag(text: string): string {
  for (let length = CLOSE.length - 1; length > 0; length--) {
    if (text.endsWith(CLOSE.slice(0, length))) return text.slice(0, -length);
  }
  return text;
}
