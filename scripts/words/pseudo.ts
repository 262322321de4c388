// Two languages that nobody speaks, which show in the window what is cut off, glued or written into the code: longer and with accents,
// "[Ḓḗŀḗŧḗ ~]", and the same from right to left.
import { parse, TYPE, type MessageFormatElement } from "@formatjs/icu-messageformat-parser";
import { printAST } from "@formatjs/icu-messageformat-parser/printer.js";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { shown } from "./translations";

/** BCP 47 calls them so; ar is written from right to left. */
export const PSEUDO_LANGUAGES = ["en-XA", "ar-XB"];

const PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
const ACCENTED = Array.from("ȧƀƈḓḗƒɠħīĵķŀḿƞǿƥɋřşŧŭṽẇẋẏẑȦƁƇḒḖƑƓĦĪĴĶĿḾȠǾƤɊŘŞŦŬṼẆẊẎẐ");

export function writePseudoLanguages(folder: string, messages: Iterable<string>): void {
  const texts = JSON.stringify(Object.fromEntries([...messages].map((message) => [message, pseudoText(message)])));
  mkdirSync(folder, { recursive: true });
  for (const code of PSEUDO_LANGUAGES) writeFileSync(path.join(folder, `${code}.json`), texts);
}

/** Between brackets, so that a sentence glued of two shows; a third longer, as German is. */
export function pseudoText(message: string): string {
  const text = shown(message);
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  return `[${printAST(parse(text).map(accented))}${" ~".repeat(Math.ceil(letters / 6))}]`;
}

function accented(element: MessageFormatElement): MessageFormatElement {
  switch (element.type) {
    case TYPE.literal:
      return {
        ...element,
        value: element.value.replace(/[a-z]/giu, (letter) => ACCENTED[PLAIN.indexOf(letter)] ?? letter),
      };
    case TYPE.plural:
    case TYPE.select:
      return {
        ...element,
        options: Object.fromEntries(
          Object.entries(element.options).map(([key, option]) => [
            key,
            { ...option, value: option.value.map(accented) },
          ]),
        ),
      };
    case TYPE.tag:
      return { ...element, children: element.children.map(accented) };
    default:
      return element;
  }
}
