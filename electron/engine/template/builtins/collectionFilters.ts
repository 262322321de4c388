// jinja2's filters for lists, dicts and numbers. Engine process.
import { calculate, join } from "../python/arithmetic";
import { charactersOf } from "../python/characters";
import { areEqual, isOrdered, sorted } from "../python/compare";
import { Dict, DictView, hash } from "../python/Dict";
import { toIndex } from "../python/indices";
import { isTrue, iterate, length, listOf } from "../python/iterate";
import { checkItems } from "../python/limits";
import { orElse, typeError, valueError } from "../python/PythonError";
import { str } from "../python/text";
import { typeName } from "../python/typeName";
import { isList, isString, Lazy, Markup, Range, textOf, Tuple, Undefined, type Value } from "../python/values";
import { lookup, ownAttribute } from "./attributes";
import { bind, type Plain } from "./signature";
import type { Filter } from "./textFilters";

/** How a value is read from an item: by "name", "a.b", 0, or the item itself for null. `fallback` stands for what is not there at any step. */
export function attributeGetter(path: Value, fallback: Value = null): (item: Value) => Value {
  const parts: Value[] =
    path === null
      ? []
      : isString(path)
        ? textOf(path)
            .split(".")
            .map((part) => (/^\d+$/.test(part) ? BigInt(part) : part))
        : [path];
  return (item) => parts.reduce((value, part) => orDefault(lookup.item(value, part), fallback), item);
}

function orDefault(value: Value, fallback: Value): Value {
  return value instanceof Undefined && fallback !== null ? fallback : value;
}

/** What two items are compared by: strings without regard to case, unless asked. */
function keyGetter(path: Value, caseSensitive: Value, fallback: Value = null): (item: Value) => Value {
  const get = attributeGetter(path, fallback);
  return isTrue(caseSensitive) ? get : (item) => withoutCase(get(item));
}

function withoutCase(value: Value): Value {
  return isString(value) ? textOf(value).toLowerCase() : value;
}

const FILTERS: Readonly<Record<string, readonly [signature: string, work: Plain]>> = {
  attr: ["obj name", (value, name) => attribute(value, str(name))],
  batch: ["value linecount fill_with?", (value, count, fill = null) => new Lazy(batches(value, count, fill))],
  count: ["obj /", length],
  d: ["value default_value? boolean?", fallbackTo],
  default: ["value default_value? boolean?", fallbackTo],
  dictsort: ["value case_sensitive? by? reverse?", dictSort],
  first: ["seq", first],
  groupby: ["value attribute default? case_sensitive?", groupBy],
  items: ["value", (value) => new Lazy(itemsOf(value))],
  join: [
    "value d? attribute?",
    (value, separator = "", path = null) =>
      join(
        listOf(value).map((item) => str(attributeGetter(path)(item))),
        str(separator),
      ),
  ],
  last: ["seq", last],
  length: ["obj /", length],
  list: ["value", listOf],
  max: [
    "value case_sensitive? attribute?",
    (value, caseSensitive = false, path = null) => extreme(">", value, keyGetter(path, caseSensitive)),
  ],
  min: [
    "value case_sensitive? attribute?",
    (value, caseSensitive = false, path = null) => extreme("<", value, keyGetter(path, caseSensitive)),
  ],
  reverse: ["value", reverse],
  slice: ["value slices fill_with?", (value, count, fill = null) => new Lazy(slices(value, count, fill))],
  sort: ["value reverse? case_sensitive? attribute?", sort],
  sum: ["iterable attribute? start?", sum],
  unique: [
    "value case_sensitive? attribute?",
    (value, caseSensitive = false, path = null) => new Lazy(unique(value, keyGetter(path, caseSensitive))),
  ],
};

export const collectionFilters: ReadonlyMap<string, Filter> = new Map(
  Object.entries(FILTERS).map(([name, [signature, work]]) => [name, bind(name, signature, work)]),
);

/** Never an item. */
function attribute(value: Value, name: string): Value {
  if (value instanceof Undefined) throw value.error();
  const own = ownAttribute(value, name);
  return own === undefined ? Undefined.ofName(name) : own;
}

function fallbackTo(value: Value, fallback: Value = "", boolean: Value = false): Value {
  return value instanceof Undefined || (isTrue(boolean) && !isTrue(value)) ? fallback : value;
}

function first(value: Value): Value {
  const { done, value: item } = iterate(value)[Symbol.iterator]().next();
  return done === true ? new Undefined("No first item, sequence was empty.") : item;
}

function last(value: Value): Value {
  const { done, value: item } = reversed(value).next();
  return done === true ? new Undefined("No last item, sequence was empty.") : item;
}

/** Throws where the value can only be walked through forwards. */
function reversed(value: Value): Generator<Value, undefined> {
  const canBeReversed =
    isString(value) ||
    isList(value) ||
    value instanceof Tuple ||
    value instanceof Dict ||
    value instanceof DictView ||
    value instanceof Range;
  if (!canBeReversed && !(value instanceof Undefined)) throw typeError(`'${typeName(value)}' object is not reversible`);
  return backwards(listOf(value));
}

function* backwards(items: readonly Value[]): Generator<Value, undefined> {
  for (let at = items.length - 1; at >= 0; at -= 1) yield items[at] ?? null;
  return undefined;
}

function reverse(value: Value): Value {
  if (typeof value === "string") return charactersOf(value).toReversed().join("");
  if (value instanceof Markup) return new Markup(charactersOf(value.text).toReversed().join(""));
  return orElse<Value>(
    ["TypeError"],
    () => new Lazy(reversed(value)),
    () => listOf(value).reverse(),
  );
}

function* batches(value: Value, lineCount: Value, fill: Value): Generator<Value> {
  let batch: Value[] = [];
  for (const item of iterate(value)) {
    if (areEqual(BigInt(batch.length), lineCount)) {
      yield batch;
      batch = [];
    }
    batch.push(item);
  }
  if (batch.length === 0) return;
  if (fill !== null) {
    const count = toIndex(lineCount);
    checkItems(count);
    while (batch.length < count) batch.push(fill);
  }
  yield batch;
}

function* slices(value: Value, sliceCount: Value, fill: Value): Generator<Value> {
  const count = toIndex(sliceCount);
  const items = listOf(value);
  if (count === 0) throw valueError("integer division or modulo by zero");
  const size = Math.floor(items.length / count);
  const larger = items.length % count;
  let offset = 0;
  for (let at = 0; at < count; at += 1) {
    const start = offset + at * size;
    if (at < larger) offset += 1;
    const part = items.slice(start, offset + (at + 1) * size);
    yield fill !== null && at >= larger ? [...part, fill] : part;
  }
}

function dictSort(value: Value, caseSensitive: Value = false, by: Value = "key", isReversed: Value = false): Value {
  if (value instanceof Undefined) throw value.error();
  if (!(value instanceof Dict)) throw typeError(`'${typeName(value)}' object has no attribute 'items'`);
  const at = isString(by) ? ["key", "value"].indexOf(textOf(by)) : -1;
  if (at < 0) throw valueError('You can only sort by either "key" or "value"');
  const keyOf = (entry: readonly [Value, Value]): Value =>
    isTrue(caseSensitive) ? (entry[at] ?? null) : withoutCase(entry[at] ?? null);
  return sorted([...value.entries()], keyOf, toIndex(isReversed) !== 0).map((entry) => new Tuple(entry));
}

function groupBy(value: Value, path: Value, fallback: Value = null, caseSensitive: Value = false): Value {
  const keyOf = keyGetter(path, caseSensitive, fallback);
  const groups: { key: Value; items: Value[] }[] = [];
  for (const item of sorted(listOf(value), keyOf, false)) {
    const key = keyOf(item);
    const group = groups.at(-1);
    if (group !== undefined && areEqual(group.key, key)) group.items.push(item);
    else groups.push({ key, items: [item] });
  }
  // The key as the first item spells it.
  const get = attributeGetter(path, fallback);
  return groups.map(
    ({ key, items }) => new Tuple([isTrue(caseSensitive) ? key : get(items[0] ?? null), items], ["grouper", "list"]),
  );
}

function* itemsOf(value: Value): Generator<Value> {
  if (value instanceof Undefined) return;
  if (!(value instanceof Dict)) throw typeError("Can only get item pairs from a mapping.");
  yield* new DictView(value, "items");
}

function extreme(operator: "<" | ">", value: Value, keyOf: (item: Value) => Value): Value {
  let best: { item: Value; key: Value } | undefined;
  for (const item of iterate(value)) {
    const key = keyOf(item);
    if (best === undefined || isOrdered(operator, key, best.key)) best = { item, key };
  }
  return best === undefined ? new Undefined("No aggregated item, sequence was empty.") : best.item;
}

function sort(value: Value, isReversed: Value = false, caseSensitive: Value = false, path: Value = null): Value {
  const paths: Value[] = isString(path) ? textOf(path).split(",") : [path];
  const getters = paths.map((each) => keyGetter(each, caseSensitive));
  return sorted(listOf(value), (item) => getters.map((get) => get(item)), toIndex(isReversed) !== 0);
}

function sum(value: Value, path: Value = null, start: Value = 0n): Value {
  if (isString(start)) throw typeError("sum() can't sum strings");
  const get = attributeGetter(path);
  let total: Value = start;
  for (const item of iterate(value)) total = calculate("+", total, get(item));
  return total;
}

function* unique(value: Value, keyOf: (item: Value) => Value): Generator<Value> {
  const seen = new Set<unknown>();
  for (const item of iterate(value)) {
    const key = hash(keyOf(item));
    if (!seen.has(key)) {
      seen.add(key);
      yield item;
    }
  }
}
