// json.dumps, with the defaults that transformers' tojson has. Engine process.
import { sorted } from "./compare";
import { Dict } from "./Dict";
import { typeError, valueError } from "./PythonError";
import { TextBuffer } from "./TextBuffer";
import { floatText, integerText, repr } from "./text";
import { typeName } from "./typeName";
import { isInteger, isList, isString, textOf, Tuple, type Value } from "./values";

export interface JsonOptions {
  ensureAscii: boolean;
  /** What each level is indented by; null writes one line. */
  indent: string | null;
  itemSeparator: string;
  keySeparator: string;
  sortKeys: boolean;
}

export function toJson(value: Value, options: JsonOptions): string {
  const buffer = new TextBuffer();
  write(value, "\n");
  return buffer.toString();

  function write(each: Value, newline: string): void {
    if (isList(each)) return block("[", each, "]", newline, write);
    if (each instanceof Tuple) return block("[", each.items, "]", newline, write);
    if (!(each instanceof Dict)) return buffer.write(scalar(each, options.ensureAscii));
    const entries = options.sortKeys ? sorted([...each.entries()], ([key]) => key, false) : [...each.entries()];
    return block("{", entries, "}", newline, ([key, item], inner) => {
      buffer.write(jsonString(keyText(key), options.ensureAscii) + options.keySeparator);
      write(item, inner);
    });
  }

  function block<Member>(
    open: string,
    members: readonly Member[],
    close: string,
    newline: string,
    writeOne: (member: Member, inner: string) => void,
  ): void {
    buffer.write(open);
    const isIndented = options.indent !== null && members.length > 0;
    const inner = isIndented ? newline + options.indent : "";
    members.forEach((member, at) => {
      buffer.write((at === 0 ? "" : options.itemSeparator) + inner);
      writeOne(member, inner);
    });
    buffer.write((isIndented ? newline : "") + close);
  }
}

function scalar(value: Value, ensureAscii: boolean): string {
  if (value === null) return "null";
  if (isString(value)) return jsonString(textOf(value), ensureAscii);
  if (typeof value === "boolean") return value ? "true" : "false";
  if (typeof value === "bigint") return integerText(value);
  if (typeof value === "number") return jsonFloat(value);
  throw typeError(`Object of type ${typeName(value)} is not JSON serializable`);
}

/** Python's json writes other keys than strings as their JSON. */
function keyText(key: Value): string {
  if (isString(key)) return textOf(key);
  if (key === null) return "null";
  if (typeof key === "boolean") return key ? "true" : "false";
  if (isInteger(key)) return integerText(key);
  if (typeof key === "number") return jsonFloat(key);
  throw typeError(`keys must be str, int, float, bool or None, not ${typeName(key)}`);
}

function jsonFloat(value: number): string {
  if (Number.isFinite(value)) return floatText(value);
  return Number.isNaN(value) ? "NaN" : value < 0 ? "-Infinity" : "Infinity";
}

const SHORT: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};
const CONTROL = /["\\]|[^\P{Cc}\u007f-\u009f]/gu;
/** Noncharacters stay as they are: the prompt writer marks text with them. */
const CONTROL_OR_NOT_ASCII = /["\\]|\p{Cc}|[^\p{ASCII}\ufdd0-\ufdef]/gu;

function jsonString(text: string, ensureAscii: boolean): string {
  const escaped = text.replace(
    ensureAscii ? CONTROL_OR_NOT_ASCII : CONTROL,
    (character) =>
      SHORT[character] ??
      character
        .split("")
        .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
        .join(""),
  );
  return `"${escaped}"`;
}

/** `indent` as Python takes it: a number of blanks, or the text itself. */
export function indentText(indent: Value): string | null {
  if (indent === null) return null;
  if (isString(indent)) return textOf(indent);
  if (!isInteger(indent)) throw typeError(`can't multiply sequence by non-int of type '${typeName(indent)}'`);
  const width = Math.max(0, Number(indent));
  if (width > 1000) throw valueError(`an indent of ${repr(indent)} is too wide`);
  return " ".repeat(width);
}
