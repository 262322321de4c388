// The heads of sections in OpenAI's harmony: what a section is, in words of any order. Engine process.
import type { AnswerSyntax } from "./AnswerSyntax";
import type { Pattern } from "./Pattern";

/** What begins behind a head, and where. */
export type Head = { end: number } & ({ kind: "thought" | "text" } | { kind: "call"; name: string });

/** A head is not longer. */
const MAX_HEAD_CHARACTERS = 300;

/**
 * Of a section at the beginning of the text: "<|channel|>commentary to=functions.get_weather <|constrain|>json<|message|>".
 * null: there is no head. "beginning": it goes on.
 */
export function readHead(text: string, { heads, calls }: AnswerSyntax): Head | "beginning" | null {
  if (heads === null) return null;
  const recipient = calls?.recipient ?? null;
  const begun = [heads.start, recipient].flatMap((pattern) => pattern?.match(text, 0) ?? []);
  if (begun.length === 0) return null;
  if (begun.every((match) => match === "beginning")) return "beginning";
  const at = text.indexOf(heads.end.source);
  if (at < 0) return text.length > MAX_HEAD_CHARACTERS ? null : "beginning";
  const words = text.slice(0, at);
  const end = at + heads.end.source.length;
  const name = recipient === null ? undefined : recipientIn(words, recipient);
  if (name !== undefined) return { kind: "call", name, end };
  return { kind: words.includes(heads.thoughtWord) ? "thought" : "text", end };
}

function recipientIn(words: string, recipient: Pattern): string | undefined {
  // A blank, so that a name at the end is whole.
  const text = `${words} `;
  for (let at = 0; at < words.length; at++) {
    const match = recipient.match(text, at);
    if (match !== null && match !== "beginning") return match.slots.name;
  }
  return undefined;
}
