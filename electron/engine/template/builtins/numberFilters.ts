// jinja2's filters for numbers. Engine process.
import { calculate, signed } from "../python/arithmetic";
import { toIndex } from "../python/indices";
import { divideHalfToEven, scaled } from "../python/numberText";
import { parseInteger, toFloatValue, toInteger } from "../python/parseNumber";
import { orElse, typeError, valueError } from "../python/PythonError";
import { str } from "../python/text";
import { typeName } from "../python/typeName";
import { isInteger, isNumber, isString, textOf, Undefined, type Value } from "../python/values";
import { bind, type Plain } from "./signature";
import type { Filter } from "./textFilters";

const FILTERS: Readonly<Record<string, readonly [signature: string, work: Plain]>> = {
  abs: ["x /", absolute],
  float: [
    "value default?",
    (value, fallback = 0) =>
      orElse<Value>(
        ["TypeError", "ValueError"],
        () => toFloatValue(value),
        () => fallback,
      ),
  ],
  int: ["value default? base?", integer],
  round: ["value precision? method?", round],
};

export const numberFilters: ReadonlyMap<string, Filter> = new Map(
  Object.entries(FILTERS).map(([name, [signature, work]]) => [name, bind(name, signature, work)]),
);

function absolute(value: Value): Value {
  if (!isNumber(value)) throw typeError(`bad operand type for abs(): '${typeName(value)}'`);
  return Number(value) < 0 || Object.is(value, -0) ? signed("-", value) : signed("+", value);
}

function integer(value: Value, fallback: Value = 0n, base: Value = 10n): Value {
  return orElse<Value>(
    ["TypeError", "ValueError"],
    () => (isString(value) ? parseInteger(textOf(value), BigInt(toIndex(base))) : toInteger(value)),
    // "42.23" is 42.
    () =>
      orElse<Value>(
        ["TypeError", "ValueError", "OverflowError"],
        () => toInteger(toFloatValue(value)),
        () => fallback,
      ),
  );
}

/** More digits than any number has. */
const MOST_PRECISION = 400;

function round(value: Value, precision: Value = 0n, method: Value = "common"): Value {
  const how = str(method);
  if (how !== "common" && how !== "ceil" && how !== "floor") throw valueError("method must be common, ceil or floor");
  if (value instanceof Undefined) throw typeError("type Undefined doesn't define __round__ method");
  if (!isNumber(value)) throw typeError(`type ${typeName(value)} doesn't define __round__ method`);
  if (how === "common") return roundHalfToEven(value, precision);
  const power = calculate("**", 10n, precision);
  const product = calculate("*", value, power);
  if (!isNumber(product)) throw typeError("precision is a number");
  const whole = isInteger(product)
    ? BigInt(product)
    : toInteger(how === "ceil" ? Math.ceil(product) : Math.floor(product));
  return calculate("/", whole, power);
}

function roundHalfToEven(value: bigint | boolean | number, precision: Value): Value {
  const digits = Math.max(-MOST_PRECISION, Math.min(MOST_PRECISION, toIndex(precision)));
  if (isInteger(value)) {
    const whole = BigInt(value);
    if (digits >= 0) return whole;
    const unit = 10n ** BigInt(-digits);
    return (whole < 0n ? -divideHalfToEven(-whole, unit) : divideHalfToEven(whole, unit)) * unit;
  }
  if (!Number.isFinite(value)) return value;
  const rounded = Number(`${scaled(value, digits)}e${-digits}`);
  return rounded === 0 && (value < 0 || Object.is(value, -0)) ? -0 : rounded;
}
