// Cuts a text where a reader would.

/** So far back a blank or the end of a line is looked for. */
const SEARCHED_CHARACTERS = 200;
/** Longer than what any reader takes for one character. */
const MAX_GRAPHEME_CHARACTERS = 64;

/** The beginning of a text, at most `length` UTF-16 units of it: up to a blank near its end, else up to a whole character. */
export function cutText(text: string, length: number): string {
  if (text.length <= length) return text;
  const from = Math.max(0, length - SEARCHED_CHARACTERS);
  const blank = /\s\S*$/u.exec(text.slice(from, length));
  if (blank !== null) return text.slice(0, from + blank.index + 1);
  const start = Math.max(0, length - MAX_GRAPHEME_CHARACTERS);
  let end = start;
  for (const { segment } of new Intl.Segmenter().segment(text.slice(start, length + MAX_GRAPHEME_CHARACTERS))) {
    if (end + segment.length > length) break;
    end += segment.length;
  }
  return text.slice(0, end);
}
