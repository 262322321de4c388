// value.name and value["name"], as jinja2's immutable sandbox looks them up: only what is listed here can be reached. Engine process.
import { areEqual } from "../python/compare";
import { Dict, DictView } from "../python/Dict";
import type { Lookup } from "../python/fieldFormat";
import { listOf } from "../python/iterate";
import { escape, stripTags, unescape } from "../python/markup";
import { orElse, valueError } from "../python/PythonError";
import { itemAt } from "../python/slices";
import { typeName } from "../python/typeName";
import {
  isInteger,
  isList,
  isString,
  Markup,
  ObjectValue,
  Range,
  textOf,
  Tuple,
  Undefined,
  type Callable,
  type Value,
} from "../python/values";
import { callable } from "./signature";
import { stringMethod } from "./stringMethods";

/** What would change a list or a dict. jinja2 gives something undefined, which raises when it is called. */
const MUTATORS = {
  list: new Set(["append", "clear", "pop", "reverse", "insert", "sort", "extend", "remove"]),
  dict: new Set(["clear", "pop", "popitem", "setdefault", "update"]),
};

/** `value.name`: the attribute first, then the item. */
export function attributeOf(value: Value, name: string): Value {
  if (value instanceof Undefined) throw value.error();
  const own = ownAttribute(value, name);
  const found = own === undefined ? itemOf(value, name) : own;
  return found === undefined ? missing(value, name) : found;
}

/** `value[key]`: the item first, then the attribute. */
export function subscript(value: Value, key: Value): Value {
  if (value instanceof Undefined) throw value.error();
  const item = itemOf(value, key);
  if (item !== undefined) return item;
  const name = isString(key) ? textOf(key) : undefined;
  const own = name === undefined ? undefined : ownAttribute(value, name);
  return own === undefined ? missing(value, name ?? `element ${typeName(key)}`) : own;
}

export const lookup: Lookup = { attribute: attributeOf, item: subscript };

function missing(value: Value, name: string): Undefined {
  return new Undefined(`'${typeName(value)} object' has no attribute '${name}'`);
}

function itemOf(value: Value, key: Value): Value | undefined {
  // A key that cannot be one is not there.
  if (value instanceof Dict)
    return orElse(
      ["TypeError"],
      () => value.get(key),
      () => undefined,
    );
  return isInteger(key) ? itemAt(value, key) : undefined;
}

/** Attributes of the value's type, never of JavaScript's object behind it. */
export function ownAttribute(value: Value, name: string): Value | undefined {
  if (name.startsWith("__")) return unsafe(value, name);
  if (isString(value))
    return value instanceof Markup
      ? (markupMethod(value, name) ?? stringMethod(value, name, lookup))
      : stringMethod(value, name, lookup);
  if (value instanceof Dict) return MUTATORS.dict.has(name) ? unsafe(value, name) : dictMethod(value, name);
  if (isList(value)) return MUTATORS.list.has(name) ? unsafe(value, name) : listMethod(value, value, name);
  if (value instanceof Tuple) {
    const at = value.names.indexOf(name);
    return at >= 0 ? value.items[at] : name === "copy" ? undefined : listMethod(value, value.items, name);
  }
  if (value instanceof ObjectValue) return value.attribute(name);
  if (value instanceof Range) return rangeAttribute(value, name);
  if (value instanceof DictView) return name === "mapping" ? value.dict : undefined;
  if (isInteger(value)) return integerAttribute(BigInt(value), name);
  if (typeof value === "number") return floatAttribute(value, name);
  return undefined;
}

/** Only what is called or read further raises. */
function unsafe(value: Value, name: string): Undefined {
  return new Undefined(`access to attribute '${name}' of '${typeName(value)}' object is unsafe.`, "SecurityError");
}

function dictMethod(dict: Dict, name: string): Callable | undefined {
  switch (name) {
    case "get":
      return callable(name, "key default? /", (key, fallback = null) => orMissing(dict.get(key), fallback));
    case "items":
    case "keys":
    case "values":
      return callable(name, "", () => new DictView(dict, name));
    case "copy":
      return callable(name, "", () => dict);
    case "fromkeys":
      return fromKeys;
    default:
      return undefined;
  }
}

/** None is a value, not one that is missing. */
function orMissing(value: Value | undefined, fallback: Value): Value {
  return value === undefined ? fallback : value;
}

export const fromKeys = callable(
  "fromkeys",
  "iterable value? /",
  (keys, value = null) => new Dict(listOf(keys).map((key) => [key, value])),
);

function listMethod(list: Value, items: readonly Value[], name: string): Callable | undefined {
  switch (name) {
    case "count":
      return callable(name, "value /", (value) => BigInt(items.filter((item) => areEqual(item, value)).length));
    case "index":
      return callable(name, "value start? stop? /", (value, start = 0n, stop = BigInt(items.length)) => {
        const from = isInteger(start) ? Number(start) : 0;
        const to = isInteger(stop) ? Number(stop) : items.length;
        const at = items.slice(from, to).findIndex((item) => areEqual(item, value));
        if (at < 0) throw valueError("the value is not in the list");
        return BigInt(at + Math.min(from < 0 ? Math.max(0, from + items.length) : from, items.length));
      });
    case "copy":
      return callable(name, "", () => list);
    default:
      return undefined;
  }
}

function rangeAttribute(range: Range, name: string): Value | undefined {
  if (name === "start" || name === "stop" || name === "step") return range[name];
  return name === "count" || name === "index" ? listMethod(range, listOf(range), name) : undefined;
}

function integerAttribute(value: bigint, name: string): Value | undefined {
  switch (name) {
    case "real":
    case "numerator":
      return value;
    case "imag":
      return 0n;
    case "denominator":
      return 1n;
    case "bit_length":
      return callable(name, "", () => (value === 0n ? 0n : BigInt((value < 0n ? -value : value).toString(2).length)));
    case "conjugate":
      return callable(name, "", () => value);
    default:
      return undefined;
  }
}

function floatAttribute(value: number, name: string): Value | undefined {
  switch (name) {
    case "real":
      return value;
    case "imag":
      return 0;
    case "is_integer":
      return callable(name, "", () => Number.isInteger(value));
    case "conjugate":
      return callable(name, "", () => value);
    default:
      return undefined;
  }
}

function markupMethod(value: Markup, name: string): Callable | undefined {
  if (name === "striptags") return callable(name, "", () => stripTags(value.text));
  if (name === "unescape") return callable(name, "", () => unescape(value.text));
  return name === "escape" ? callable(name, "s /", (text) => escape(text)) : undefined;
}
