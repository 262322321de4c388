// Python's strings are sequences of code points, JavaScript's of UTF-16 units; and the two have other ideas of blanks. Engine process.

/** Inside a character class. */
export const BLANKS = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
/** Where splitlines cuts, inside a character class. */
export const LINE_ENDS = "\\n\\r\\v\\f\\x1c-\\x1e\\x85\\u2028\\u2029";
const LEADING_BLANKS = new RegExp(`^[${BLANKS}]+`, "u");
const ONLY_BLANKS = new RegExp(`^[${BLANKS}]+$`, "u");
const BLANK = new RegExp(`[${BLANKS}]`, "u");
const SURROGATE = /[\ud800-\udfff]/;

export function isBlank(character: string): boolean {
  return BLANK.test(character);
}

export function isOnlyBlanks(text: string): boolean {
  return ONLY_BLANKS.test(text);
}

/** Its code points. */
export function charactersOf(text: string): readonly string[] {
  return SURROGATE.test(text) ? Array.from(text) : text.split("");
}

/** By number, from the end where it is negative. */
export function characterAt(text: string, index: number): string | undefined {
  return SURROGATE.test(text) ? Array.from(text).at(index) : text.at(index);
}

/** In code points. */
export function lengthOf(text: string): number {
  if (!SURROGATE.test(text)) return text.length;
  let length = 0;
  for (const _ of text) length += 1;
  return length;
}

/** From code point `from` up to and without `to`. */
export function sliceOf(text: string, from: number, to: number): string {
  return SURROGATE.test(text) ? Array.from(text).slice(from, to).join("") : text.slice(from, to);
}

/** Without the given characters, or without blanks, at one or both ends. */
export function strip(text: string, characters: string | null, ends: "both" | "left" | "right"): string {
  let result = text;
  if (characters === null) {
    if (ends !== "right") result = result.replace(LEADING_BLANKS, "");
    if (ends !== "left") {
      let end = result.length;
      while (end > 0 && isBlank(result.charAt(end - 1))) end -= 1;
      result = result.slice(0, end);
    }
    return result;
  }
  const stripped = new Set(charactersOf(characters));
  const parts = charactersOf(text);
  let start = 0;
  let end = parts.length;
  if (ends !== "right") while (start < end && stripped.has(parts[start] ?? "")) start += 1;
  if (ends !== "left") while (end > start && stripped.has(parts[end - 1] ?? "")) end -= 1;
  return parts.slice(start, end).join("");
}

/** As Python orders strings: by code points. */
export function compareStrings(left: string, right: string): number {
  if (left === right) return 0;
  if (!SURROGATE.test(left) && !SURROGATE.test(right)) return left < right ? -1 : 1;
  const [a, b] = [Array.from(left), Array.from(right)];
  for (let at = 0; at < Math.min(a.length, b.length); at += 1) {
    const difference = (a[at]?.codePointAt(0) ?? 0) - (b[at]?.codePointAt(0) ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
