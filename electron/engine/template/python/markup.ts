// Escaping for HTML, which the filters `e` and `safe` ask for. Engine process.
import { checkLength } from "./limits";
import { split } from "./splitting";
import { str } from "./text";
import { Markup, type Value } from "./values";

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  ">": "&gt;",
  "<": "&lt;",
  "'": "&#39;",
  '"': "&#34;",
};
const CHARACTERS: ReadonlyMap<string, string> = new Map(
  Object.entries({ amp: "&", gt: ">", lt: "<", apos: "'", quot: '"', nbsp: "\u00a0" }),
);

export function escape(value: Value): Markup {
  return value instanceof Markup ? value : new Markup(escapeText(str(value)));
}

export function escapeText(text: string): string {
  const escaped = text.replace(/[&><'"]/g, (character) => ENTITIES[character] ?? character);
  checkLength(escaped.length);
  return escaped;
}

/** Numbered entities and the common names; rare names stay. */
export function unescape(text: string): string {
  return text.replace(
    /&(?:#(\d{1,7})|#[xX]([\da-fA-F]{1,6})|(\w+));?/g,
    (whole, decimal?: string, hex?: string, name?: string) => {
      if (name !== undefined) return CHARACTERS.get(name) ?? whole;
      const code = decimal === undefined ? Number.parseInt(hex ?? "", 16) : Number(decimal);
      return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : "\ufffd";
    },
  );
}

/** Without tags and comments, in plain characters, with single blanks. */
export function stripTags(text: string): string {
  let [result, at] = ["", 0];
  for (let start = text.indexOf("<"); start >= 0; start = text.indexOf("<", at)) {
    const isComment = text.startsWith("<!--", start);
    const end = isComment ? text.indexOf("-->", start + 4) : text.indexOf(">", start);
    if (end < 0) break;
    result += text.slice(at, start);
    at = end + (isComment ? 3 : 1);
  }
  return unescape(split(result + text.slice(at), null, -1).join(" "));
}
