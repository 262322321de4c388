// Equality, order and membership, as Python has them. Engine process.
import { compareStrings } from "./characters";
import { Dict, DictView } from "./Dict";
import { iterate, iteratorOf } from "./iterate";
import { typeError } from "./PythonError";
import { typeName } from "./typeName";
import { isList, isNumber, isString, Markup, Range, textOf, Tuple, Undefined, type Value } from "./values";

export function areEqual(left: Value, right: Value): boolean {
  if (left === right) return true;
  if (isNumber(left) && isNumber(right)) return numeric(left) == numeric(right); // oxlint-disable-line eqeqeq -- exact between int and float
  if (isString(left) && isString(right)) return textOf(left) === textOf(right);
  if (isList(left)) return isList(right) && areItemsEqual(left, right);
  if (left instanceof Tuple) return right instanceof Tuple && areItemsEqual(left.items, right.items);
  if (left instanceof Dict) return right instanceof Dict && areDictsEqual(left, right);
  if (left instanceof DictView) return right instanceof DictView && areViewsEqual(left, right);
  if (left instanceof Range) return right instanceof Range && areItemsEqual([...iterate(left)], [...iterate(right)]);
  return left instanceof Undefined && right instanceof Undefined;
}

/** NaN is no other value's equal, but a list that holds it contains it. */
function isSame(left: Value, right: Value): boolean {
  return Object.is(left, right) || areEqual(left, right);
}

function areItemsEqual(left: readonly Value[], right: readonly Value[]): boolean {
  return left.length === right.length && left.every((item, at) => isSame(item, right[at] ?? null));
}

function areDictsEqual(left: Dict, right: Dict): boolean {
  if (left.size !== right.size) return false;
  for (const [key, value] of left.entries()) {
    const other = right.get(key);
    if (other === undefined || !isSame(value, other)) return false;
  }
  return true;
}

function areViewsEqual(left: DictView, right: DictView): boolean {
  if (left.kind === "values" || right.kind === "values") return false;
  return left.dict.size === right.dict.size && Array.from(left).every((item) => contains(right, item));
}

/** true and false count as 1 and 0. */
function numeric(value: bigint | boolean | number): bigint | number {
  return typeof value === "boolean" ? BigInt(value) : value;
}

export type OrderOperator = "<" | "<=" | ">" | ">=";

/** Throws where Python has no order between the two. */
export function isOrdered(operator: OrderOperator, left: Value, right: Value): boolean {
  if (isNumber(left) && isNumber(right)) {
    const [a, b] = [numeric(left), numeric(right)];
    return operator === "<" ? a < b : operator === "<=" ? a <= b : operator === ">" ? a > b : a >= b;
  }
  if (isString(left) && isString(right)) return holds(operator, compareStrings(textOf(left), textOf(right)));
  const [a, b] = [sequence(left), sequence(right)];
  if (a !== undefined && b !== undefined && isList(left) === isList(right)) {
    for (let at = 0; at < Math.min(a.length, b.length); at += 1) {
      const [x, y] = [a[at] ?? null, b[at] ?? null];
      if (!isSame(x, y)) return isOrdered(operator, x, y);
    }
    return holds(operator, a.length - b.length);
  }
  if (left instanceof Undefined) throw left.error();
  if (right instanceof Undefined) throw right.error();
  throw typeError(`'${operator}' not supported between instances of '${typeName(left)}' and '${typeName(right)}'`);
}

function sequence(value: Value): readonly Value[] | undefined {
  return isList(value) ? value : value instanceof Tuple ? value.items : undefined;
}

function holds(operator: OrderOperator, difference: number): boolean {
  return operator === "<"
    ? difference < 0
    : operator === "<="
      ? difference <= 0
      : operator === ">"
        ? difference > 0
        : difference >= 0;
}

/** Python's `item in container`. */
export function contains(container: Value, item: Value): boolean {
  if (isString(container)) {
    if (!isString(item)) throw typeError(`'in <string>' requires string as left operand, not ${typeName(item)}`);
    return textOf(container).includes(textOf(item));
  }
  if (container instanceof Dict) return container.has(item);
  if (container instanceof DictView && container.kind === "keys") return container.dict.has(item);
  if (iteratorOf(container) === undefined) throw typeError(`argument of type '${typeName(container)}' is not iterable`);
  for (const each of iterate(container)) if (isSame(each, item)) return true;
  return false;
}

/** A stable sort, as sorted() does it: by `<` alone. */
export function sorted<Item>(items: readonly Item[], keyOf: (item: Item) => Value, reverse: boolean): Item[] {
  const keyed = items.map((item) => ({ item, key: keyOf(item) }));
  keyed.sort((a, b) => {
    const order = isOrdered("<", a.key, b.key) ? -1 : isOrdered("<", b.key, a.key) ? 1 : 0;
    return reverse ? -order : order;
  });
  return keyed.map(({ item }) => item);
}

/** Whether two values are one object. */
export function isIdentical(left: Value, right: Value): boolean {
  if (left instanceof Markup || right instanceof Markup) return left === right;
  return Object.is(left, right);
}
