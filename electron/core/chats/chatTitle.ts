// A chat's title until the user gives one: the first words of the first message. Any process; pure.
import { MAX_TITLE_CHARACTERS } from "../../contract/chat";
import { UNTITLED } from "../../contract/untitled";

/** About one line of the sidebar. */
const MAX_CHARACTERS = 48;

export function titleFromText(text: string): string {
  // Only the beginning is looked at: a message may be a megabyte.
  const start = text
    .slice(0, 1000)
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, " ")
    .trim();
  if (start === "") return UNTITLED;
  // By what a reader takes for one character: a cut inside an emoji would show another one.
  const characters = Array.from(new Intl.Segmenter().segment(start), ({ segment }) => segment);
  if (characters.length <= MAX_CHARACTERS) return start;
  const cut = characters
    .slice(0, MAX_CHARACTERS)
    .join("")
    .slice(0, MAX_TITLE_CHARACTERS - 1);
  const lastSpace = cut.lastIndexOf(" ");
  // A word may be longer than the line; else the title ends at a word's end.
  return `${(lastSpace > MAX_CHARACTERS / 2 ? cut.slice(0, lastSpace) : cut).trimEnd()}…`;
}
