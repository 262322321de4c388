// What is written between the quotes of a string in a template. Engine process.
import { PythonError } from "../python/PythonError";
import { escapeCodePoint } from "../python/text";

const ESCAPE = /\\(?:([0-7]{1,3})|x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([\s\S]))/gu;
const SINGLE: Readonly<Record<string, string>> = {
  "\n": "",
  "\\": "\\",
  "'": "'",
  '"': '"',
  a: "\u0007",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

/** As Python's codec "unicode-escape" reads it after "backslashreplace", which is how jinja2 does it. */
export function unescapeLiteral(text: string): string {
  return text.replace(
    ESCAPE,
    (whole, octal?: string, short?: string, medium?: string, long?: string, single?: string) => {
      if (octal !== undefined) return String.fromCodePoint(Number.parseInt(octal, 8));
      const hex = short ?? medium ?? long;
      if (hex !== undefined) {
        const code = Number.parseInt(hex, 16);
        if (code > 0x10ffff) throw malformed(whole);
        return String.fromCodePoint(code);
      }
      // An escape that is cut off, or a character by its name.
      if (single === undefined || "xuUN".includes(single)) throw malformed(whole);
      // A character that is not ASCII is an escape of its own by then, whose backslash this one takes away.
      if (single > "\u007f") return escapeCodePoint(single);
      return SINGLE[single] ?? whole;
    },
  );
}

function malformed(escape: string): PythonError {
  return new PythonError("SyntaxError", `malformed escape ${escape}`);
}
