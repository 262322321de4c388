// Walking through values, as Python's for does. Engine process.
import { charactersOf, lengthOf } from "./characters";
import { Dict, DictView } from "./Dict";
import { checkItems } from "./limits";
import { typeError } from "./PythonError";
import { typeName } from "./typeName";
import { Callable, isList, Lazy, Markup, ObjectValue, Range, Tuple, Undefined, type Value } from "./values";

/** undefined where the value cannot be walked through. */
export function iteratorOf(value: Value): Iterator<Value> | undefined {
  if (typeof value === "string") return charactersOf(value)[Symbol.iterator]();
  if (isList(value)) return value[Symbol.iterator]();
  if (value instanceof Tuple) return value.items[Symbol.iterator]();
  if (value instanceof Dict) return value.keys();
  if (value instanceof DictView) return value[Symbol.iterator]();
  if (value instanceof Range) return numbersOf(value);
  if (value instanceof Lazy) return value.iterator;
  if (value instanceof Markup) return charactersOf(value.text)[Symbol.iterator]();
  if (value instanceof Undefined) return [][Symbol.iterator]();
  if (value instanceof ObjectValue) return value.iterate();
  return undefined;
}

/** Throws where the value cannot be walked through. A loop that is left early leaves the rest of a generator unread. */
export function iterate(value: Value): Iterable<Value> {
  const iterator = iteratorOf(value);
  if (iterator === undefined) throw typeError(`'${typeName(value)}' object is not iterable`);
  return { [Symbol.iterator]: () => ({ next: () => iterator.next() }) };
}

export function listOf(value: Value): Value[] {
  const list: Value[] = [];
  for (const item of iterate(value)) {
    list.push(item);
    if (list.length % 4096 === 0) checkItems(list.length);
  }
  return list;
}

/** undefined where the value has no length. */
export function sizeOf(value: Value): number | undefined {
  if (typeof value === "string") return lengthOf(value);
  if (value instanceof Markup) return lengthOf(value.text);
  if (isList(value)) return value.length;
  if (value instanceof Tuple) return value.items.length;
  if (value instanceof Dict) return value.size;
  if (value instanceof DictView) return value.dict.size;
  if (value instanceof Range) return value.length;
  if (value instanceof Undefined) return 0;
  if (value instanceof ObjectValue) return value.length();
  return undefined;
}

export function length(value: Value): bigint {
  const size = sizeOf(value);
  if (size === undefined) throw typeError(`object of type '${typeName(value)}' has no len()`);
  return BigInt(size);
}

/** Python's bool(). */
export function isTrue(value: Value): boolean {
  if (value === null) return false;
  if (typeof value === "string") return value !== "";
  if (typeof value === "boolean") return value;
  if (typeof value === "bigint") return value !== 0n;
  if (typeof value === "number") return value !== 0;
  if (value instanceof Callable) return true;
  return sizeOf(value) !== 0;
}

function* numbersOf(range: Range): Generator<Value> {
  for (let at = 0; at < range.length; at += 1) yield range.at(at);
}
