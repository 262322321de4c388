// The value of an expression. Engine process.
import { attributeOf, subscript } from "../builtins/attributes";
import { filterNamed, testNamed } from "../builtins/filters";
import { calculate, concatenated, signed } from "../python/arithmetic";
import { areEqual, contains, isOrdered } from "../python/compare";
import { Dict } from "../python/Dict";
import { isTrue, iterate } from "../python/iterate";
import { countMade } from "../python/limits";
import { PythonError, typeError } from "../python/PythonError";
import { slice } from "../python/slices";
import { str } from "../python/text";
import { typeName } from "../python/typeName";
import {
  Callable,
  isString,
  ObjectValue,
  textOf,
  Tuple,
  Undefined,
  type Arguments,
  type Value,
} from "../python/values";
import { CONSTANTS } from "../syntax/scopes";
import { OWN, type Argument, type Binary, type Call, type Expression, type Member } from "../syntax/tree";
import { filterArguments, filterName, isExpression } from "../syntax/walk";
import type { Scope } from "./Scope";

/** Of a list without its items, an object with few entries, a number. */
const OBJECT_BYTES = 64;

/** About what a value takes that may have been made just now. */
function counted(value: Value): Value {
  if (isString(value)) countMade(2 * textOf(value).length);
  else if (Array.isArray(value)) countMade(OBJECT_BYTES + 8 * value.length);
  else if (typeof value === "bigint" || value instanceof Dict) countMade(OBJECT_BYTES);
  return value;
}

export function evaluate(node: Expression, scope: Scope): Value {
  switch (node.type) {
    case "StringLiteral":
      return node.value;
    case "IntegerLiteral":
      return BigInt(node.value);
    case "FloatLiteral":
      return node.value;
    case "Identifier":
      return valueOfName(node.value, scope);
    case "ArrayLiteral":
      return counted(node.value.map((item) => evaluate(item, scope)));
    case "TupleLiteral":
      return new Tuple(node.value.map((item) => evaluate(item, scope)));
    case "ObjectLiteral":
      return counted(
        new Dict(Array.from(node.value, ([key, value]) => [evaluate(key, scope), evaluate(value, scope)])),
      );
    case "MemberExpression":
      return counted(member(node, scope));
    case "CallExpression":
      return counted(call(node, scope));
    case "UnaryExpression": {
      const value = evaluate(node.argument, scope);
      return node.operator.value === "not" ? !isTrue(value) : signed(node.operator.value === "-" ? "-" : "+", value);
    }
    case "BinaryExpression":
      return counted(binary(node, scope));
    case "FilterExpression":
      return counted(applyFilter(node.filter, evaluate(node.operand, scope), scope));
    case "SelectExpression":
      return isTrue(evaluate(node.test, scope))
        ? evaluate(node.lhs, scope)
        : new Undefined("the inline if-expression evaluated to false and no else section was defined.");
    case "Ternary":
      return evaluate(isTrue(evaluate(node.condition, scope)) ? node.trueExpr : node.falseExpr, scope);
    case "SliceExpression":
      throw new PythonError("SyntaxError", "a slice outside of brackets");
  }
}

function valueOfName(name: string, scope: Scope): Value {
  const constant = CONSTANTS.get(name);
  if (constant !== undefined) return constant;
  if (name.startsWith(OWN.integer)) return BigInt(name.slice(OWN.integer.length));
  const value = scope.get(name);
  return value === undefined ? Undefined.ofName(name) : value;
}

function member({ object, property, computed }: Member, scope: Scope): Value {
  const value = evaluate(object, scope);
  if (!computed && property.type === "Identifier") return attributeOf(value, property.value);
  if (property.type !== "SliceExpression") return subscript(value, evaluate(property, scope));
  const bound = (node: Expression | undefined): Value => (node === undefined ? null : evaluate(node, scope));
  return slice(value, bound(property.start), bound(property.stop), bound(property.step));
}

function call({ callee, args }: Call, scope: Scope): Value {
  if (callee.type === "Identifier") {
    if (callee.value === OWN.tuple) return new Tuple(argumentsOf(args, scope).positional);
    if (callee.value === OWN.noLoader) throw typeError("no loader for this environment specified");
  }
  return callValue(evaluate(callee, scope), argumentsOf(args, scope));
}

export function callValue(callee: Value, given: Arguments): Value {
  if (callee instanceof Callable || callee instanceof ObjectValue) return callee.call(given);
  if (callee instanceof Undefined) throw callee.error();
  throw typeError(`'${typeName(callee)}' object is not callable`);
}

export function argumentsOf(
  args: readonly Argument[],
  scope: Scope,
): { positional: Value[]; named: Map<string, Value> } {
  const positional: Value[] = [];
  const named = new Map<string, Value>();
  const addNamed = (name: string, value: Value): void => {
    if (named.has(name)) throw typeError(`got multiple values for keyword argument '${name}'`);
    named.set(name, value);
  };
  for (const argument of args) {
    if (argument.type === "SpreadExpression") {
      for (const item of iterate(evaluate(argument.argument, scope))) positional.push(item);
    } else if (argument.type === "KeywordSpreadExpression") {
      const mapping = evaluate(argument.argument, scope);
      if (!(mapping instanceof Dict)) throw typeError(`argument after ** must be a mapping, not ${typeName(mapping)}`);
      for (const [key, value] of mapping.entries()) {
        if (!isString(key)) throw typeError("keywords must be strings");
        addNamed(textOf(key), value);
      }
    } else if (argument.type === "KeywordArgumentExpression") {
      addNamed(argument.key.value, evaluate(argument.value, scope));
    } else if (isExpression(argument)) {
      positional.push(evaluate(argument, scope));
    }
  }
  return { positional, named };
}

/** `filter` is a filter or, as the tree has them, a test. */
export function applyFilter(filter: Expression, operand: Value, scope: Scope): Value {
  const name = filterName(filter) ?? "";
  const { positional, named } = argumentsOf(filterArguments(filter), scope);
  const given = { positional: [operand, ...positional], named };
  // "is not " begins with "is " too.
  if (name.startsWith(OWN.isNot)) return !isTrue(testNamed(name.slice(OWN.isNot.length))(given));
  if (name.startsWith(OWN.is)) return testNamed(name.slice(OWN.is.length))(given);
  return filterNamed(name)(given);
}

function binary(node: Binary, scope: Scope): Value {
  const operator = node.operator.value;
  if (operator === "and" || operator === "or") {
    const left = evaluate(node.left, scope);
    return isTrue(left) === (operator === "and") ? evaluate(node.right, scope) : left;
  }
  if (node.operator.chain !== undefined) return chain(node, scope).result;
  const [left, right] = [evaluate(node.left, scope), evaluate(node.right, scope)];
  switch (operator) {
    case "~":
      return concatenated(str(left), str(right));
    case "+":
    case "-":
    case "*":
    case "/":
    case "//":
    case "%":
    case "**":
      return calculate(operator, left, right);
    default:
      throw new PythonError("SyntaxError", `unknown operator '${operator}'`);
  }
}

/** a < b < c: each is evaluated once, and none after the first that does not hold. */
function chain({ operator, left, right }: Binary, scope: Scope): { result: boolean; last: Value | undefined } {
  let first: Value;
  if (left.type === "BinaryExpression" && left.operator.chain === operator.chain) {
    const before = chain(left, scope);
    if (!before.result || before.last === undefined) return { result: false, last: undefined };
    first = before.last;
  } else {
    first = evaluate(left, scope);
  }
  const last = evaluate(right, scope);
  return { result: compare(operator.value, first, last), last };
}

function compare(operator: string, left: Value, right: Value): boolean {
  switch (operator) {
    case "==":
      return areEqual(left, right);
    case "!=":
      return !areEqual(left, right);
    case "in":
      return contains(right, left);
    case "not in":
      return !contains(right, left);
    case "<":
    case "<=":
    case ">":
    case ">=":
      return isOrdered(operator, left, right);
    default:
      throw new PythonError("SyntaxError", `unknown operator '${operator}'`);
  }
}
