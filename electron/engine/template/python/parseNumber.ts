// int("12") and float("1e3"). Engine process.
import { strip } from "./characters";
import { MAX_DIGITS } from "./limits";
import { PythonError, typeError, valueError } from "./PythonError";
import { repr } from "./text";
import { typeName } from "./typeName";
import { toFloat } from "./arithmetic";
import { isInteger, isNumber, isString, textOf, Undefined, type Value } from "./values";

const PREFIXES: Readonly<Record<string, bigint>> = { b: 2n, o: 8n, x: 16n };

/** A base of 0 goes by the prefix. Throws ValueError as Python does. */
export function parseInteger(text: string, base: bigint): bigint {
  const [, sign, prefix, body = ""] =
    /^([-+]?)(?:0([box])(?=_?[\da-z]))?([\s\S]*)$/i.exec(strip(text, null, "both")) ?? [];
  const prefixBase = prefix === undefined ? undefined : PREFIXES[prefix.toLowerCase()];
  const isPrefix = prefixBase !== undefined && (base === 0n || base === prefixBase);
  let digits = (isPrefix || prefix === undefined ? body : `0${prefix}${body}`).toLowerCase();
  if (isPrefix) digits = digits.replace(/^_/, "");
  const radix = base === 0n ? (prefixBase ?? 10n) : base;
  if (radix < 2n || radix > 36n) throw valueError("int() base must be >= 2 and <= 36, or 0");
  const wrong = valueError(`invalid literal for int() with base ${base}: ${repr(text)}`);
  if (!/^[\da-z]+(_[\da-z]+)*$/.test(digits) || (base === 0n && !isPrefix && /^0[\d_]*[1-9]/.test(digits))) throw wrong;
  if (digits.length > MAX_DIGITS)
    throw valueError(`Exceeds the limit (${MAX_DIGITS} digits) for integer string conversion`);
  let value = 0n;
  for (const digit of digits.replaceAll("_", "")) {
    const number = BigInt(Number.parseInt(digit, 36));
    if (number >= radix) throw wrong;
    value = value * radix + number;
  }
  return sign === "-" ? -value : value;
}

export function parseFloatText(text: string): number {
  const trimmed = strip(text, null, "both").toLowerCase();
  if (/^[-+]?(\d+(_\d+)*\.?(\d+(_\d+)*)?|\.\d+(_\d+)*)(e[-+]?\d+(_\d+)*)?$/.test(trimmed))
    return Number(trimmed.replaceAll("_", ""));
  const [, sign, word] = /^([-+]?)(inf|infinity|nan)$/.exec(trimmed) ?? [];
  if (word === undefined) throw valueError(`could not convert string to float: ${repr(text)}`);
  return (word === "nan" ? Number.NaN : Number.POSITIVE_INFINITY) * (sign === "-" ? -1 : 1);
}

export function toInteger(value: Value): bigint {
  if (value instanceof Undefined) throw value.error();
  if (isString(value)) return parseInteger(textOf(value), 10n);
  if (isInteger(value)) return BigInt(value);
  if (typeof value !== "number")
    throw typeError(`int() argument must be a string, a bytes-like object or a real number, not '${typeName(value)}'`);
  if (Number.isNaN(value)) throw valueError("cannot convert float NaN to integer");
  if (!Number.isFinite(value)) throw new PythonError("OverflowError", "cannot convert float infinity to integer");
  return BigInt(Math.trunc(value));
}

export function toFloatValue(value: Value): number {
  if (value instanceof Undefined) throw value.error();
  if (isString(value)) return parseFloatText(textOf(value));
  if (isNumber(value)) return toFloat(value);
  throw typeError(`float() argument must be a string or a real number, not '${typeName(value)}'`);
}
