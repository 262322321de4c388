// "%s has %d" % (name, count): Python's printf. Engine process.
import { lengthOf, sliceOf } from "./characters";
import { Dict } from "./Dict";
import { checkLength } from "./limits";
import { escapeText } from "./markup";
import { floatWith } from "./numberText";
import { PythonError, typeError, valueError } from "./PythonError";
import { ascii, repr, str } from "./text";
import { typeName } from "./typeName";
import { isInteger, isList, isNumber, isString, Markup, textOf, Tuple, Undefined, type Value } from "./values";

const SPECIFIER = /%(?:\(((?:[^()]|\([^()]*\))*)\))?([-+ #0]*)(\*|\d+)?(?:\.(\*|\d*))?[hlL]?([\s\S]?)/gu;

interface Specifier {
  flags: string;
  width: number;
  /** undefined where none is given. */
  precision: number | undefined;
  type: string;
}

/** Where `format` is escaped, what is put into it is too. */
export function formatPercent(format: string | Markup, given: Value): Value {
  const queue = given instanceof Tuple ? [...given.items] : [given];
  let used = 0;
  let byName = false;
  const next = (): Value => {
    const value = queue[used];
    if (value === undefined) throw typeError("not enough arguments for format string");
    used += 1;
    return value;
  };
  const number = (text: string | undefined): number | undefined =>
    text === undefined ? undefined : text === "*" ? Number(starOf(next())) : Number(text === "" ? "0" : text);

  const convert = format instanceof Markup ? (text: string) => escapeText(text) : (text: string) => text;
  let length = 0;
  const text = textOf(format).replace(
    SPECIFIER,
    (
      whole,
      key: string | undefined,
      flags: string,
      widthText: string | undefined,
      precisionText: string | undefined,
      type: string,
    ) => {
      let value: Value | undefined;
      if (key !== undefined) {
        value = valueNamed(given, key);
        byName = true;
      }
      const width = number(widthText) ?? 0;
      const precision = number(precisionText);
      if (whole === "%%") return "%";
      if (type === "") throw valueError("incomplete format");
      const specifier: Specifier = { flags: width < 0 ? `${flags}-` : flags, width: Math.abs(width), precision, type };
      checkLength(specifier.width);
      const formatted = formatOne(specifier, value === undefined ? next() : value, convert);
      length += formatted.length;
      checkLength(length);
      return formatted;
    },
  );
  const isMapping = given instanceof Dict || given instanceof Undefined || isList(given);
  if (used < queue.length && !byName && !isMapping)
    throw typeError("not all arguments converted during string formatting");
  return format instanceof Markup ? new Markup(text) : text;
}

function starOf(value: Value): bigint {
  if (!isInteger(value)) throw typeError("* wants int");
  return BigInt(value);
}

function valueNamed(given: Value, key: string): Value {
  if (!(given instanceof Dict)) throw typeError("format requires a mapping");
  const value = given.get(key);
  if (value === undefined) throw new PythonError("KeyError", repr(key));
  return value;
}

function formatOne(
  { flags, width, precision, type }: Specifier,
  value: Value,
  convert: (text: string) => string,
): string {
  let [sign, body] = ["", ""];
  switch (type) {
    case "s":
    case "r":
    case "a":
      body = convert(type === "s" ? str(value) : type === "r" ? repr(value) : ascii(value));
      if (precision !== undefined) body = sliceOf(body, 0, precision);
      return pad(body, width, flags);
    case "c":
      return pad(characterOf(value), width, flags);
    case "d":
    case "i":
    case "u":
    case "o":
    case "x":
    case "X": {
      const integer = integerOf(value, type);
      sign = integer < 0n ? "-" : "";
      const size = integer < 0n ? -integer : integer;
      const radix = type === "o" ? 8 : type === "x" || type === "X" ? 16 : 10;
      body = size.toString(radix).padStart(precision ?? 0, "0");
      if (flags.includes("#") && radix !== 10) sign += radix === 8 ? "0o" : "0x";
      if (type === "X") [sign, body] = [sign.toUpperCase(), body.toUpperCase()];
      break;
    }
    case "e":
    case "E":
    case "f":
    case "F":
    case "g":
    case "G": {
      if (value instanceof Undefined) throw value.error();
      if (!isNumber(value)) throw typeError(`must be real number, not ${typeName(value)}`);
      const float = Number(value);
      sign = float < 0 || Object.is(float, -0) ? "-" : "";
      const style = type.toLowerCase();
      body = floatWith(style === "e" ? "e" : style === "f" ? "f" : "g", float, precision ?? 6, flags.includes("#"));
      if (type !== style) body = body.toUpperCase();
      if (!Number.isFinite(float)) flags = flags.replaceAll("0", "");
      break;
    }
    default:
      throw valueError(`unsupported format character '${type}'`);
  }
  if (!sign.startsWith("-")) sign = (flags.includes("+") ? "+" : flags.includes(" ") ? " " : "") + sign;
  if (flags.includes("0") && !flags.includes("-")) return sign + body.padStart(width - sign.length, "0");
  return pad(sign + body, width, flags);
}

function pad(text: string, width: number, flags: string): string {
  const blanks = " ".repeat(Math.max(0, width - lengthOf(text)));
  return flags.includes("-") ? text + blanks : blanks + text;
}

function integerOf(value: Value, type: string): bigint {
  if (value instanceof Undefined) throw value.error();
  if (isInteger(value)) return BigInt(value);
  if (typeof value === "number" && !"oxX".includes(type)) {
    if (Number.isFinite(value)) return BigInt(Math.trunc(value));
    throw new PythonError("OverflowError", "cannot convert float to integer");
  }
  throw typeError(`%${type} format: a number is required, not ${typeName(value)}`);
}

function characterOf(value: Value): string {
  if (isString(value) && lengthOf(textOf(value)) === 1) return textOf(value);
  if (isInteger(value) && Number(value) >= 0 && Number(value) <= 0x10ffff) return String.fromCodePoint(Number(value));
  throw typeError("%c requires int or char");
}
