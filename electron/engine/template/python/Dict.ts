// A Python dict: keys of several types, in the order in which they came. Engine process.
import { typeError } from "./PythonError";
import { Callable, isList, Markup, ObjectValue, Tuple, Undefined, type Value } from "./values";

export class Dict {
  readonly #entries = new Map<unknown, readonly [Value, Value]>();

  constructor(entries: Iterable<readonly [Value, Value]> = []) {
    for (const [key, value] of entries) this.#set(key, value);
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: Value): Value | undefined {
    return this.#entries.get(hash(key))?.[1];
  }

  has(key: Value): boolean {
    return this.#entries.has(hash(key));
  }

  *keys(): Generator<Value> {
    for (const [key] of this.#entries.values()) yield key;
  }

  *values(): Generator<Value> {
    for (const [, value] of this.#entries.values()) yield value;
  }

  entries(): Iterable<readonly [Value, Value]> {
    return this.#entries.values();
  }

  /** The first spelling of a key stays: {1: "a", true: "b"} is {1: "b"}. */
  #set(key: Value, value: Value): void {
    const hashed = hash(key);
    this.#entries.set(hashed, [this.#entries.get(hashed)?.[0] ?? key, value]);
  }
}

/** What keys(), values() and items() give. */
export class DictView {
  readonly dict: Dict;
  readonly kind: "keys" | "values" | "items";

  constructor(dict: Dict, kind: "keys" | "values" | "items") {
    this.dict = dict;
    this.kind = kind;
  }

  *[Symbol.iterator](): Generator<Value> {
    for (const [key, value] of this.dict.entries())
      yield this.kind === "items" ? new Tuple([key, value]) : this.kind === "keys" ? key : value;
  }
}

/** Stands before what is no string, so that it is told from strings. */
const MARK = "\u0000";

/** Equal for two values that Python counts as the same key. Throws where Python has no hash. */
export function hash(value: Value): unknown {
  if (value instanceof Markup) return hash(value.text);
  if (typeof value === "string") return value.startsWith(MARK) ? `${MARK}string${value}` : value;
  if (typeof value === "boolean") return value ? 1n : 0n;
  // 1.0 is the key 1.
  if (typeof value === "number") return Number.isInteger(value) ? BigInt(value) : value;
  if (value === null || typeof value === "bigint") return value;
  if (value instanceof Undefined) return Undefined;
  if (value instanceof Tuple) return MARK + value.items.map(hashText).join(MARK);
  if (isList(value) || value instanceof Dict || value instanceof DictView) throw typeError("unhashable type");
  if (value instanceof Callable || value instanceof ObjectValue) return value;
  return value;
}

const objectNumbers = new WeakMap<object, number>();
let objectCount = 0;

function hashText(value: Value): string {
  const hashed = hash(value);
  if (typeof hashed === "string") return `s${hashed.length}:${hashed}`;
  if (typeof hashed === "number" || typeof hashed === "bigint") return `${typeof hashed}:${hashed}`;
  if (hashed === null) return "none";
  if (typeof hashed !== "object" && typeof hashed !== "function") return typeof hashed;
  const known = objectNumbers.get(hashed) ?? ++objectCount;
  objectNumbers.set(hashed, known);
  return `o:${known}`;
}
