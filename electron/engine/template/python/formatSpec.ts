// format(value, "08.3f"): Python's format specifications. Engine process.
import { lengthOf, sliceOf } from "./characters";
import { checkLength } from "./limits";
import { floatWith } from "./numberText";
import { PythonError, typeError, valueError } from "./PythonError";
import { floatText, integerText, str } from "./text";
import { typeName } from "./typeName";
import { isNumber, isString, textOf, type Value } from "./values";

const SPECIFICATION = /^(?:([\s\S])?([<>=^]))?([-+ ])?(z)?(#)?(0)?(\d+)?([,_])?(?:\.(\d+))?([a-zA-Z%])?$/u;

interface Specification {
  fill: string;
  align: string | undefined;
  /** undefined where none is given: then it is "-". */
  sign: string | undefined;
  alternate: boolean;
  width: number;
  grouping: string | undefined;
  precision: number | undefined;
  type: string | undefined;
}

export function format(value: Value, text: string): string {
  if (text === "") return str(value);
  if (isString(value)) return formatString(textOf(value), parse(text));
  if (typeof value === "number") return formatFloat(value, parse(text));
  if (isNumber(value)) return formatInteger(BigInt(value), parse(text));
  throw typeError(`unsupported format string passed to ${typeName(value)}.__format__`);
}

function parse(text: string): Specification {
  const match = SPECIFICATION.exec(text);
  if (match === null) throw valueError("Invalid format specifier");
  const [, fill, align, sign, , alternate, zero, width, grouping, precision, type] = match;
  const parsed = {
    fill: fill ?? (zero === undefined ? " " : "0"),
    align: align ?? (zero === undefined ? undefined : "="),
    sign,
    alternate: alternate !== undefined,
    width: Number(width ?? 0),
    grouping,
    precision: precision === undefined ? undefined : Number(precision),
    type,
  };
  checkLength(parsed.width);
  const groupable = grouping === "," ? "deEfFgG%" : "deEfFgG%boxX";
  if (grouping !== undefined && type !== undefined && !groupable.includes(type))
    throw valueError(`Cannot specify '${grouping}' with '${type}'.`);
  return parsed;
}

function formatString(text: string, specification: Specification): string {
  const { type, precision, align, alternate, grouping, sign } = specification;
  if (type !== undefined && type !== "s") throw valueError(`Unknown format code '${type}' for object of type 'str'`);
  if (alternate || grouping !== undefined || sign !== undefined)
    throw valueError("Sign, alternate form and grouping are not allowed in string format");
  if (align === "=" && specification.fill !== "0")
    throw valueError("'=' alignment not allowed in string format specifier");
  const cut = precision === undefined ? text : sliceOf(text, 0, precision);
  return aligned("", cut, { ...specification, align: align === "=" ? "<" : align }, "<");
}

const RADIXES: Readonly<Record<string, readonly [number, string]>> = {
  b: [2, "0b"],
  o: [8, "0o"],
  x: [16, "0x"],
  X: [16, "0X"],
};

function formatInteger(value: bigint, specification: Specification): string {
  const { type, precision, alternate } = specification;
  if (type !== undefined && "eEfFgG%".includes(type)) return formatFloat(Number(value), specification);
  if (precision !== undefined) throw valueError("Precision not allowed in integer format specifier");
  const size = value < 0n ? -value : value;
  const sign = signOf(value < 0n, specification.sign);
  if (type === "c") {
    if (alternate || specification.sign !== undefined)
      throw valueError("Sign and alternate form are not allowed with integer format specifier 'c'");
    if (value < 0n || value > 0x10ffffn) throw new PythonError("OverflowError", "%c arg not in range(0x110000)");
    return aligned("", String.fromCodePoint(Number(value)), specification, "<");
  }
  if (type === undefined || type === "d" || type === "n") return grouped(sign, integerText(size), "", specification, 3);
  const radix = RADIXES[type];
  if (radix === undefined) throw valueError(`Unknown format code '${type}' for object of type 'int'`);
  const digits = size.toString(radix[0]);
  return grouped(
    sign + (alternate ? radix[1] : ""),
    type === "X" ? digits.toUpperCase() : digits,
    "",
    specification,
    4,
  );
}

function formatFloat(value: number, specification: Specification): string {
  const { type, precision, alternate } = specification;
  const sign = signOf(value < 0 || Object.is(value, -0), specification.sign);
  const style = type?.toLowerCase();
  let text: string;
  if (style === undefined)
    text = precision === undefined ? floatText(Math.abs(value)) : floatWith("plain", value, precision, alternate);
  else if (style === "%") text = `${floatWith("f", value * 100, precision ?? 6, alternate)}%`;
  else if (style === "e" || style === "f" || style === "g") text = floatWith(style, value, precision ?? 6, alternate);
  else if (style === "n") text = floatWith("g", value, precision ?? 6, alternate);
  else throw valueError(`Unknown format code '${type}' for object of type 'float'`);
  if (type !== style) text = text.toUpperCase();
  const [, whole = "", rest = ""] = /^(\d*)([\s\S]*)$/.exec(text) ?? [];
  return grouped(sign, whole, rest, specification, 3);
}

function signOf(isNegative: boolean, wanted = "-"): string {
  return isNegative ? "-" : wanted === "-" ? "" : wanted;
}

/** Digits in groups; zeros that fill up are grouped too. */
function grouped(sign: string, whole: string, rest: string, specification: Specification, size: 3 | 4): string {
  const { grouping, fill, align, width } = specification;
  if (grouping === undefined) return aligned(sign, whole + rest, specification, ">");
  let digits = whole;
  const group = (text: string) => text.replace(size === 3 ? /\B(?=(\d{3})+$)/g : /\B(?=([\da-fA-F]{4})+$)/g, grouping);
  if (fill === "0" && align === "=") {
    while (sign.length + group(digits).length + rest.length < width) digits = `0${digits}`;
  }
  return aligned(sign, group(digits) + rest, specification, ">");
}

function aligned(sign: string, text: string, { fill, align, width }: Specification, usual: "<" | ">"): string {
  const missing = Math.max(0, width - lengthOf(sign) - lengthOf(text));
  switch (align ?? usual) {
    case "<":
      return sign + text + fill.repeat(missing);
    case "=":
      return sign + fill.repeat(missing) + text;
    case "^":
      return fill.repeat(Math.floor(missing / 2)) + sign + text + fill.repeat(Math.ceil(missing / 2));
    default:
      return fill.repeat(missing) + sign + text;
  }
}
