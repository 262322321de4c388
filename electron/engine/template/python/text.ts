// str() and repr() of Python. Engine process.
import { Dict, DictView } from "./Dict";
import { MAX_DIGITS } from "./limits";
import { valueError } from "./PythonError";
import { TextBuffer } from "./TextBuffer";
import { typeName } from "./typeName";
import { Callable, isList, Lazy, Markup, ObjectValue, Range, Tuple, Undefined, type Value } from "./values";

/** What printing a value writes. */
export function str(value: Value): string {
  if (typeof value === "string") return value;
  if (value instanceof Markup) return value.text;
  if (value instanceof Undefined) return "";
  return repr(value);
}

export function repr(value: Value): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "bigint") return integerText(value);
  if (typeof value === "number") return floatText(value);
  if (typeof value === "string") return quote(value);
  if (value instanceof Range)
    return `range(${value.start}, ${value.stop}${value.step === 1n ? "" : `, ${value.step}`})`;
  if (value instanceof Markup) return `Markup(${quote(value.text)})`;
  if (value instanceof Undefined) return "Undefined";
  if (value instanceof Callable) return `<function ${value.name}>`;
  if (value instanceof Lazy) return `<${typeName(value)} object>`;
  if (value instanceof ObjectValue) return value.text();
  const buffer = new TextBuffer();
  writeContainer(value, buffer);
  return buffer.toString();
}

/** repr() with escapes for what is not ASCII. */
export function ascii(value: Value): string {
  return repr(value).replace(/[^\p{ASCII}\ufdd0-\ufdef]/gu, escapeCodePoint);
}

function writeContainer(value: readonly Value[] | Tuple | Dict | DictView, buffer: TextBuffer): void {
  if (isList(value)) {
    writeItems("[", value, "]", buffer);
  } else if (value instanceof Tuple) {
    writeItems("(", value.items, value.items.length === 1 ? ",)" : ")", buffer);
  } else if (value instanceof DictView) {
    writeItems(`dict_${value.kind}([`, value, "])", buffer);
  } else {
    let separator = "{";
    for (const [key, item] of value.entries()) {
      buffer.write(`${separator}${repr(key)}: `);
      writeItem(item, buffer);
      separator = ", ";
    }
    buffer.write(value.size === 0 ? "{}" : "}");
  }
}

function writeItems(open: string, items: Iterable<Value>, close: string, buffer: TextBuffer): void {
  buffer.write(open);
  let separator = "";
  for (const item of items) {
    buffer.write(separator);
    writeItem(item, buffer);
    separator = ", ";
  }
  buffer.write(close);
}

function writeItem(item: Value, buffer: TextBuffer): void {
  if (isList(item) || item instanceof Tuple || item instanceof Dict || item instanceof DictView)
    writeContainer(item, buffer);
  else buffer.write(repr(item));
}

export function integerText(value: bigint): string {
  const text = value.toString();
  if (text.length > MAX_DIGITS + (value < 0n ? 1 : 0))
    throw valueError(`Exceeds the limit (${MAX_DIGITS} digits) for integer string conversion`);
  return text;
}

/** The shortest digits that give the same number again, as Python spells them. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value < 0 ? "-inf" : "inf";
  if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  const [mantissa = "", exponentText = "0"] = Math.abs(value).toExponential().split("e");
  const sign = value < 0 ? "-" : "";
  const digits = mantissa.replace(".", "");
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= 16) {
    const point = digits.length > 1 ? `.${digits.slice(1)}` : "";
    return `${sign}${digits.slice(0, 1)}${point}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
  }
  if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, "0");
  return `${sign}${whole}.${digits.slice(exponent + 1) || "0"}`;
}

/** Noncharacters stay as they are: the prompt writer marks text with them. */
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}\p{Zs}\\'](?<![ \ufdd0-\ufdef])/gu;
const ESCAPES: Readonly<Record<string, string>> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function quote(text: string): string {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replace(UNPRINTABLE, (character) => {
    if (character === "'") return mark === "'" ? "\\'" : "'";
    return ESCAPES[character] ?? escapeCodePoint(character);
  });
  return mark + escaped + mark;
}

/** \xe9, \u4e2d or \U0001f600. */
export function escapeCodePoint(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const [letter, width] = code <= 0xff ? ["x", 2] : code <= 0xffff ? ["u", 4] : ["U", 8];
  return `\\${letter}${code.toString(16).padStart(width, "0")}`;
}
