// What Python's strings say about their letters. Engine process.
import { isOnlyBlanks, lengthOf } from "./characters";

export function isLower(text: string): boolean {
  return !/[\p{Uppercase}\p{Lt}]/u.test(text) && /\p{Lowercase}/u.test(text);
}

export function isUpper(text: string): boolean {
  return !/[\p{Lowercase}\p{Lt}]/u.test(text) && /\p{Uppercase}/u.test(text);
}

/** Each word begins with a capital letter, and has no other. */
export function isTitle(text: string): boolean {
  let hasCased = false;
  let isInWord = false;
  for (const character of text) {
    const isCapital = /[\p{Uppercase}\p{Lt}]/u.test(character);
    const isSmall = /\p{Lowercase}/u.test(character);
    if ((isCapital && isInWord) || (isSmall && !isInWord)) return false;
    isInWord = isCapital || isSmall;
    hasCased ||= isInWord;
  }
  return hasCased;
}

export function title(text: string): string {
  let result = "";
  let isInWord = false;
  for (const character of text) {
    result += isInWord ? character.toLowerCase() : capital(character);
    isInWord = /\p{Cased}/u.test(character);
  }
  return result;
}

export function capitalize(text: string): string {
  const first = text.slice(0, (text.codePointAt(0) ?? 0) > 0xffff ? 2 : 1);
  return capital(first) + text.slice(first.length).toLowerCase();
}

/** A ligature becomes one capital and small letters. */
function capital(character: string): string {
  const upper = character.toUpperCase();
  return lengthOf(upper) > 1 ? upper.slice(0, 1) + upper.slice(1).toLowerCase() : upper;
}

export function swapCase(text: string): string {
  return text.replace(/\p{Cased}/gu, (letter) =>
    /[\p{Uppercase}\p{Lt}]/u.test(letter) ? letter.toLowerCase() : letter.toUpperCase(),
  );
}

/** isalpha and the like by name. */
export const letterTests: ReadonlyMap<string, (text: string) => boolean> = new Map<string, (text: string) => boolean>([
  ["isalnum", (text) => /^[\p{L}\p{N}]+$/u.test(text)],
  ["isalpha", (text) => /^\p{L}+$/u.test(text)],
  ["isascii", (text) => /^\p{ASCII}*$/u.test(text)],
  ["isdecimal", (text) => /^\p{Nd}+$/u.test(text)],
  ["isdigit", (text) => /^[\p{Nd}\u00b2\u00b3\u00b9\u2070\u2074-\u2079\u2080-\u2089\u2460-\u2468]+$/u.test(text)],
  ["isidentifier", (text) => /^[\p{XIDS}_]\p{XIDC}*$/u.test(text)],
  ["islower", isLower],
  ["isnumeric", (text) => /^\p{N}+$/u.test(text)],
  ["isprintable", (text) => /^(?:[^\p{C}\p{Z}]| )*$/u.test(text)],
  ["isspace", isOnlyBlanks],
  ["istitle", isTitle],
  ["isupper", isUpper],
]);
