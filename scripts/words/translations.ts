// The files of resources/languages: one for each language but English, a translation for each message.
import { isStructurallySame, parse } from "@formatjs/icu-messageformat-parser";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";

export const LANGUAGES_FOLDER = "resources/languages";

const Texts = z.record(z.string(), z.string());
type Texts = z.infer<typeof Texts>;

export function languageFiles(root: string): string[] {
  return readdirSync(path.join(root, LANGUAGES_FOLDER))
    .filter((name) => name.endsWith(".json"))
    .map((name) => path.join(LANGUAGES_FOLDER, name))
    .sort();
}

export function readTexts(file: string): Texts {
  return Texts.parse(JSON.parse(readFileSync(file, "utf8")));
}

/** Adds what is new, empty, and removes what no source says any more. Returns how many translations are missing. */
export function updateTexts(file: string, messages: Iterable<string>): number {
  const old = readTexts(file);
  const texts = Object.fromEntries([...messages].map((message) => [message, ownText(old, message)]));
  writeFileSync(file, `${JSON.stringify(texts, null, 2)}\n`);
  return Object.values(texts).filter((text) => text === "").length;
}

/** Each problem as a line. */
export function problemsOf(file: string, messages: ReadonlySet<string>): string[] {
  const texts = readTexts(file);
  const problems = Object.keys(texts).flatMap((message) =>
    messages.has(message) ? [] : [`${file}: unused: ${JSON.stringify(message)}`],
  );
  for (const message of messages) {
    const text = ownText(texts, message);
    const problem = text === "" ? "missing" : differs(shown(message), text);
    if (problem !== null) problems.push(`${file}: ${problem}: ${JSON.stringify(message)}`);
  }
  return problems;
}

/** A message as English shows it, without what tells it apart from its namesake. */
export function shown(message: string): string {
  return message.split("@@", 1)[0] ?? message;
}

function ownText(texts: Texts, message: string): string {
  return Object.hasOwn(texts, message) ? (texts[message] ?? "") : "";
}

/** null = the same values and tags, whatever their order. */
function differs(message: string, text: string): string | null {
  if (/\p{L}'|'\p{L}/u.test(text)) return "a straight apostrophe, where ’ is wanted";
  try {
    const { success, error } = isStructurallySame(parse(message), parse(text));
    return success ? null : `other values than in English (${error?.message ?? ""})`;
  } catch (error) {
    return `not in ICU MessageFormat, or a tag has the name of a value (${String(error)})`;
  }
}
