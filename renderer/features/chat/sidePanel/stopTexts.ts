// Stop texts as they are typed: one in each line, with \\n and \\t for a line break and a tab.
import { t } from "../../../../electron/words/language";
import { formatCount } from "../../../../electron/words/quantities";

/** Of the contract: so many, each so long. */
const MAX_STOP_TEXTS = 16;
const MAX_STOP_CHARACTERS = 200;
/** Each spelled out, two characters for one, and then some: what is too much is said by its text. */
export const MAX_TYPED_CHARACTERS = MAX_STOP_TEXTS * MAX_STOP_CHARACTERS * 4;

/** In one line. */
export function spellOut(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll("\t", "\\t");
}

export function readSpelledOut(typed: string): string {
  return typed.replaceAll(/\\([\\nt])/gu, (_all, character: string) => ({ n: "\n", t: "\t" })[character] ?? "\\");
}

export function writeStopTexts(texts: readonly string[]): string {
  return texts.map(spellOut).join("\n");
}

/** Empty lines mean nothing. */
export function readStopTexts(typed: string): { ok: true; texts: string[] } | { ok: false; mistake: string } {
  const texts = typed
    .split("\n")
    .filter((line) => line !== "")
    .map(readSpelledOut);
  if (texts.length > MAX_STOP_TEXTS)
    return {
      ok: false,
      mistake: t("At most {count, plural, one {# text} other {# texts}}.", { count: MAX_STOP_TEXTS }),
    };
  const long = texts.findIndex((text) => text.length > MAX_STOP_CHARACTERS);
  if (long >= 0)
    return {
      ok: false,
      mistake: t("Text {number} is longer than {count, plural, one {# character} other {# characters}}.", {
        number: formatCount(long + 1),
        count: MAX_STOP_CHARACTERS,
      }),
    };
  return { ok: true, texts };
}
