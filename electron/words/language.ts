// What Facet says, in the language of the process that says it. English stands in the code, as the key of every other language
// (resources/languages); docs/languages.md says why and how.
import { IntlMessageFormat } from "intl-messageformat";
import type { Language } from "../contract/language";
import type { MessageValues } from "./messageValues";

export const ENGLISH: Language = { code: "en", texts: {} };

/** Intl.Locale knows it too, but not in every Electron that Facet runs on. */
const RIGHT_TO_LEFT: ReadonlySet<string> = new Set(["ar", "fa", "he", "ur"]);

let current = ENGLISH;
let formats = new Map<string, IntlMessageFormat>();

/** From now on, everything is said in this language. */
export function setLanguage(language: Language): void {
  current = language;
  formats = new Map();
}

/** For the platform's own rules: Intl.NumberFormat and the like. */
export function languageCode(): string {
  return current.code;
}

/** In the language itself, as its readers look for it: "Deutsch", "日本語". */
export function languageName(code: string): string {
  const name = new Intl.DisplayNames(code, { type: "language" }).of(code) ?? code;
  return name.charAt(0).toLocaleUpperCase(code) + name.slice(1);
}

/** How the language is written: "rtl" for Arabic and the like. */
export function textDirection(code: string): "ltr" | "rtl" {
  const { language } = new Intl.Locale(code);
  return RIGHT_TO_LEFT.has(language) ? "rtl" : "ltr";
}

/** Values as the message asks for; none where it asks for none. */
export type MessageGiven<Message extends string> = keyof MessageValues<Message> extends never
  ? []
  : [values: MessageValues<Message>];

/**
 * A message in ICU MessageFormat, in English, with its values. What comes after "@@" is not shown: it tells apart what English says alike,
 * "Open@@verb".
 */
export function t<const Message extends string>(message: Message, ...given: MessageGiven<Message>): string {
  const values: Record<string, string | number> | undefined = given[0];
  return values === undefined ? translated(message) : String(formatOf(message).format(values));
}

/** For messages that were chosen from a table: a text without values. */
export function translated(message: string): string {
  const text = textOf(message);
  return /[{}'<]/u.test(text) ? String(formatOf(message).format()) : text;
}

/** Compiled once for each language. Tags count: "Read <link>more</link>" (renderer/ui/richText.tsx). */
export function formatOf(message: string): IntlMessageFormat {
  let format = formats.get(message);
  if (format === undefined) formats.set(message, (format = new IntlMessageFormat(textOf(message), current.code)));
  return format;
}

function textOf(message: string): string {
  // An own property: a message may be named like one of Object's.
  const text = Object.hasOwn(current.texts, message) ? current.texts[message] : undefined;
  return text ?? message.split("@@", 1)[0] ?? message;
}
