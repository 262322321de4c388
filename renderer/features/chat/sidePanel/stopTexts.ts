// Stop texts as they are typed: one in each line, with \\n and \\t for a line break and a tab.

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
  if (texts.length > MAX_STOP_TEXTS) return { ok: false, mistake: `At most ${MAX_STOP_TEXTS} texts.` };
  const long = texts.findIndex((text) => text.length > MAX_STOP_CHARACTERS);
  if (long >= 0) return { ok: false, mistake: `Text ${long + 1} is longer than ${MAX_STOP_CHARACTERS} characters.` };
  return { ok: true, texts };
}
