// jinja2's tests: what stands behind `is`. Engine process.
import { calculate } from "../python/arithmetic";
import { areEqual, contains, isIdentical, isOrdered } from "../python/compare";
import { Dict } from "../python/Dict";
import { iteratorOf } from "../python/iterate";
import { isLower, isUpper } from "../python/letters";
import { str } from "../python/text";
import {
  Callable,
  isList,
  isNumber,
  isString,
  Markup,
  ObjectValue,
  Range,
  Tuple,
  Undefined,
  type Arguments,
  type Value,
} from "../python/values";
import { bind, type Plain } from "./signature";

export type Test = (given: Arguments) => Value;

const TESTS: Readonly<Record<string, readonly [signature: string, work: Plain]>> = {
  boolean: ["value", (value) => typeof value === "boolean"],
  callable: [
    "obj /",
    (value) =>
      value instanceof Callable || value instanceof Undefined || (value instanceof ObjectValue && value.isCallable),
  ],
  defined: ["value", (value) => !(value instanceof Undefined)],
  divisibleby: ["value num", (value, number) => areEqual(calculate("%", value, number), 0n)],
  escaped: ["value", (value) => value instanceof Markup],
  even: ["value", (value) => areEqual(calculate("%", value, 2n), 0n)],
  false: ["value", (value) => value === false],
  float: ["value", (value) => typeof value === "number"],
  in: ["value seq", (value, container) => contains(container, value)],
  integer: ["value", (value) => typeof value === "bigint"],
  iterable: ["value", (value) => iteratorOf(value) !== undefined],
  lower: ["value", (value) => isLower(str(value))],
  mapping: ["value", (value) => value instanceof Dict],
  none: ["value", (value) => value === null],
  number: ["value", (value) => isNumber(value)],
  odd: ["value", (value) => areEqual(calculate("%", value, 2n), 1n)],
  sameas: ["value other", isIdentical],
  sequence: ["value", isSequence],
  string: ["value", (value) => isString(value)],
  true: ["value", (value) => value === true],
  undefined: ["value", (value) => value instanceof Undefined],
  upper: ["value", (value) => isUpper(str(value))],
  ...named(["==", "eq", "equalto"], areEqual),
  ...named(["!=", "ne"], (left, right) => !areEqual(left, right)),
  ...named([">", "gt", "greaterthan"], (left, right) => isOrdered(">", left, right)),
  ...named([">=", "ge"], (left, right) => isOrdered(">=", left, right)),
  ...named(["<", "lt", "lessthan"], (left, right) => isOrdered("<", left, right)),
  ...named(["<=", "le"], (left, right) => isOrdered("<=", left, right)),
};

export const tests: ReadonlyMap<string, Test> = new Map(
  Object.entries(TESTS).map(([name, [signature, work]]) => [name, bind(name, signature, work)]),
);

function named(names: readonly string[], work: Plain): Record<string, readonly [string, Plain]> {
  return Object.fromEntries(names.map((name) => [name, ["a b /", work]]));
}

/** It has a length and items. */
function isSequence(value: Value): boolean {
  return (
    isString(value) ||
    isList(value) ||
    value instanceof Tuple ||
    value instanceof Dict ||
    value instanceof Range ||
    value instanceof Undefined
  );
}
