// Python's arithmetic: whole numbers without bound, floor division, strings and lists that are added and repeated. Engine process.
import { lengthOf } from "./characters";
import { checkBits, checkItems, checkLength } from "./limits";
import { escape } from "./markup";
import { formatPercent } from "./percentFormat";
import { PythonError, typeError } from "./PythonError";
import { typeName } from "./typeName";
import { isInteger, isList, isNumber, isString, Markup, textOf, Tuple, Undefined, type Value } from "./values";

export type ArithmeticOperator = "+" | "-" | "*" | "/" | "//" | "%" | "**";

export function calculate(operator: ArithmeticOperator, left: Value, right: Value): Value {
  if (operator === "%" && isString(left)) return formatPercent(left, right);
  if (left instanceof Undefined) throw left.error();
  if (right instanceof Undefined) throw right.error();
  if (isNumber(left) && isNumber(right)) {
    return isInteger(left) && isInteger(right)
      ? integers(operator, BigInt(left), BigInt(right))
      : floats(operator, toFloat(left), toFloat(right));
  }
  const result =
    operator === "+"
      ? concatenate(left, right)
      : operator === "*"
        ? (repeat(left, right) ?? repeat(right, left))
        : undefined;
  if (result !== undefined) return result;
  throw typeError(`unsupported operand type(s) for ${operator}: '${typeName(left)}' and '${typeName(right)}'`);
}

function integers(operator: ArithmeticOperator, a: bigint, b: bigint): Value {
  switch (operator) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      checkBits(bitsOf(a) + bitsOf(b));
      return a * b;
    case "/":
      return trueDivide(a, b);
    case "//":
      return floorDivide(a, b);
    case "%":
      return a - floorDivide(a, b) * b;
    case "**":
      if (b < 0n) return floats("**", toFloat(a), toFloat(b));
      if (a !== 0n && a !== 1n && a !== -1n) checkBits(bitsOf(a) * b);
      return a ** b;
  }
}

/** Rounded once, however large the two are. */
function trueDivide(a: bigint, b: bigint): number {
  const [left, right] = [Number(a), Number(b)];
  if ((Number.isSafeInteger(left) && Number.isSafeInteger(right)) || b === 0n) return floats("/", left, right);
  const [size, by] = [a < 0n ? -a : a, b < 0n ? -b : b];
  // More bits than a double has, and one that says whether there is a rest.
  const shift = bitsOf(by) - bitsOf(size) + 70n;
  const [numerator, denominator] = shift > 0n ? [size << shift, by] : [size, by << -shift];
  const quotient = (numerator / denominator) * 2n + (numerator % denominator === 0n ? 0n : 1n);
  const result = toFloat(quotient) * 2 ** -Number(shift + 1n);
  if (!Number.isFinite(result)) throw new PythonError("OverflowError", "integer division result too large for a float");
  return a < 0n !== b < 0n ? -result : result;
}

function floorDivide(a: bigint, b: bigint): bigint {
  if (b === 0n) throw new PythonError("ZeroDivisionError", "integer division or modulo by zero");
  const quotient = a / b;
  return a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient;
}

function bitsOf(value: bigint): bigint {
  return BigInt((value < 0n ? -value : value).toString(16).length * 4);
}

function floats(operator: ArithmeticOperator, a: number, b: number): number {
  switch (operator) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "/":
      if (b === 0) throw new PythonError("ZeroDivisionError", "division by zero");
      return a / b;
    case "//":
      return floorOf(a, b);
    case "%":
      return moduloOf(a, b);
    case "**":
      return powerOf(a, b);
  }
}

/** The sign is the divisor's. */
function moduloOf(a: number, b: number): number {
  if (b === 0) throw new PythonError("ZeroDivisionError", "float modulo");
  const rest = a % b;
  if (rest === 0) return b < 0 ? -0 : 0;
  return rest < 0 !== b < 0 ? rest + b : rest;
}

function floorOf(a: number, b: number): number {
  if (b === 0) throw new PythonError("ZeroDivisionError", "float divmod()");
  const quotient = (a - moduloOf(a, b)) / b;
  if (quotient === 0) return 1 / (a / b) < 0 || a / b < 0 ? -0 : 0;
  const floor = Math.floor(quotient);
  return quotient - floor > 0.5 ? floor + 1 : floor;
}

function powerOf(a: number, b: number): number {
  if (a === 0 && b < 0) throw new PythonError("ZeroDivisionError", "0.0 cannot be raised to a negative power");
  if (a === 1 || b === 0) return 1;
  const result = a ** b;
  if (Number.isNaN(result) && !Number.isNaN(a) && !Number.isNaN(b))
    throw typeError("complex numbers are not supported");
  if (!Number.isFinite(result) && Number.isFinite(a) && Number.isFinite(b))
    throw new PythonError("OverflowError", "Numerical result out of range");
  return result;
}

export function toFloat(value: bigint | boolean | number): number {
  const float = Number(value);
  if (typeof value === "bigint" && !Number.isFinite(float))
    throw new PythonError("OverflowError", "int too large to convert to float");
  return float;
}

function concatenate(left: Value, right: Value): Value | undefined {
  if (isString(left) && isString(right)) {
    if (left instanceof Markup || right instanceof Markup)
      return new Markup(concatenated(escape(left).text, escape(right).text));
    return concatenated(left, right);
  }
  if (isList(left) && isList(right)) return joinLists(left, right);
  if (left instanceof Tuple && right instanceof Tuple) return new Tuple(joinLists(left.items, right.items));
  return undefined;
}

function joinLists(left: readonly Value[], right: readonly Value[]): Value[] {
  checkItems(left.length + right.length);
  return [...left, ...right];
}

/** One string after the other, within the bound; neither is copied, so that templates can collect long texts bit by bit. */
export function concatenated(left: string, right: string): string {
  checkLength(left.length + right.length);
  return left + right;
}

/** Several after each other. */
export function join(parts: readonly string[], separator = ""): string {
  let length = separator.length * Math.max(0, parts.length - 1);
  for (const part of parts) length += part.length;
  checkLength(length);
  return parts.join(separator);
}

function repeat(value: Value, count: Value): Value | undefined {
  if (!isInteger(count)) return undefined;
  // A count beyond this fails for any string or list that is not empty.
  const times = Math.max(0, Math.min(Number(count), 1e9));
  if (isString(value)) {
    const text = textOf(value);
    checkLength(text.length * times);
    const repeated = lengthOf(text) === 0 ? "" : text.repeat(times);
    return value instanceof Markup ? new Markup(repeated) : repeated;
  }
  if (isList(value)) return repeatList(value, times);
  return value instanceof Tuple ? new Tuple(repeatList(value.items, times)) : undefined;
}

function repeatList(items: readonly Value[], times: number): Value[] {
  checkItems(items.length * times);
  const repeated: Value[] = [];
  if (items.length > 0) for (let time = 0; time < times; time += 1) for (const item of items) repeated.push(item);
  return repeated;
}

/** Unary plus and minus. */
export function signed(operator: "+" | "-", value: Value): Value {
  if (value instanceof Undefined) throw value.error();
  if (!isNumber(value)) throw typeError(`bad operand type for unary ${operator}: '${typeName(value)}'`);
  const number = typeof value === "boolean" ? BigInt(value) : value;
  return operator === "+" ? number : -number;
}
