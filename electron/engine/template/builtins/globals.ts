// The functions that every template can call: jinja2's, and those that transformers adds. Engine process.
import { Dict } from "../python/Dict";
import { iterate, listOf } from "../python/iterate";
import { MAX_RANGE } from "../python/limits";
import { PythonError, typeError, valueError } from "../python/PythonError";
import { strftime } from "../python/strftime";
import { repr, str } from "../python/text";
import { typeName } from "../python/typeName";
import {
  Callable,
  isInteger,
  isString,
  ObjectValue,
  Range,
  textOf,
  type Arguments,
  type Value,
} from "../python/values";
import { TemplateError } from "../TemplateError";
import { fromKeys } from "./attributes";
import { callable } from "./signature";

/** `now`: what strftime_now formats, in local time. */
export function globalsAt(now: Date): ReadonlyMap<string, Value> {
  return new Map<string, Value>([
    ...GLOBALS,
    ["dict", new DictType()],
    ["strftime_now", callable("strftime_now", "format", (format) => formatDate(now, format))],
  ]);
}

const GLOBALS: ReadonlyMap<string, Value> = new Map<string, Value>([
  ["cycler", new Callable("cycler", ({ positional }) => new Cycler(positional))],
  ["joiner", callable("joiner", "sep?", (separator = ", ") => new Joiner(separator))],
  ["lipsum", callable("lipsum", "n? html? min? max?", refuseLipsum)],
  ["namespace", new Callable("namespace", (given) => new Namespace(entriesOf("namespace", given)))],
  ["raise_exception", callable("raise_exception", "message", raise)],
  ["range", callable("range", "start stop? step? /", range)],
]);

/** Names that a template finds without being given them. */
export const GLOBAL_NAMES: ReadonlySet<string> = new Set([...GLOBALS.keys(), "dict", "strftime_now"]);

function formatDate(now: Date, format: Value): string {
  if (!isString(format)) throw typeError(`strftime() argument 1 must be str, not ${typeName(format)}`);
  return strftime(now, textOf(format));
}

function raise(message: Value): never {
  throw new TemplateError("raised", str(message));
}

function refuseLipsum(): never {
  throw new PythonError("TemplateRuntimeError", "lipsum() is not supported.");
}

function range(first: Value, second: Value = null, third: Value = 1n): Value {
  const bounds = second === null ? [0n, whole(first)] : [whole(first), whole(second)];
  const [start = 0n, stop = 0n] = bounds;
  const step = whole(third);
  if (step === 0n) throw valueError("range() arg 3 must not be zero");
  const made = new Range(start, stop, step);
  if (made.length > MAX_RANGE) throw new PythonError("OverflowError", `Range too big: more than ${MAX_RANGE} numbers.`);
  return made;
}

function whole(value: Value): bigint {
  if (!isInteger(value)) throw typeError(`'${typeName(value)}' object cannot be interpreted as an integer`);
  return BigInt(value);
}

/** What dict(…) makes of its arguments. */
function entriesOf(name: string, { positional, named }: Arguments): [Value, Value][] {
  if (positional.length > 1) throw typeError(`${name} expected at most 1 argument, got ${positional.length}`);
  const [source] = positional;
  const entries: [Value, Value][] = [];
  if (source instanceof Dict) {
    for (const [key, value] of source.entries()) entries.push([key, value]);
  } else if (source !== undefined) {
    for (const pair of iterate(source)) {
      const [key, value, ...more] = listOf(pair);
      if (key === undefined || value === undefined || more.length > 0)
        throw valueError("dictionary update sequence elements have length 2");
      entries.push([key, value]);
    }
  }
  return [...entries, ...named];
}

/** What `{% set ns.name = value %}` writes to. */
export class Namespace extends ObjectValue {
  readonly typeName = "Namespace";
  readonly #attributes = new Map<Value, Value>();

  constructor(entries: Iterable<readonly [Value, Value]>) {
    super();
    for (const [name, value] of entries) this.set(name, value);
  }

  set(name: Value, value: Value): void {
    if (typeof name === "string" && name.startsWith("_")) {
      throw new PythonError(
        "SecurityError",
        `Chat templates cannot store underscore-prefixed attributes on a namespace, but got '${name}'.`,
      );
    }
    this.#attributes.set(name, value);
  }

  override attribute(name: string): Value | undefined {
    return this.#attributes.get(name);
  }

  override text(): string {
    return `<Namespace ${repr(new Dict(this.#attributes))}>`;
  }
}

class DictType extends ObjectValue {
  readonly typeName = "TemplateDict";

  override attribute(name: string): Value | undefined {
    return name === "fromkeys" ? fromKeys : undefined;
  }

  override text(): string {
    return "<class 'dict'>";
  }

  override call(given: Arguments): Value {
    return new Dict(entriesOf("dict", given));
  }
}

class Cycler extends ObjectValue {
  readonly typeName = "Cycler";
  readonly #items: readonly Value[];
  #at = 0;

  constructor(items: readonly Value[]) {
    super();
    if (items.length === 0) throw new PythonError("TemplateRuntimeError", "at least one item has to be provided");
    this.#items = items;
  }

  override attribute(name: string): Value | undefined {
    if (name === "current") return this.#items[this.#at];
    if (name === "items") return [...this.#items];
    if (name === "pos") return BigInt(this.#at);
    if (name === "next") return callable(name, "", () => this.#next());
    if (name !== "reset") return undefined;
    return callable(name, "", () => {
      this.#at = 0;
      return null;
    });
  }

  #next(): Value {
    const current = this.#items[this.#at] ?? null;
    this.#at = (this.#at + 1) % this.#items.length;
    return current;
  }

  override text(): string {
    return "<Cycler>";
  }
}

class Joiner extends ObjectValue {
  readonly typeName = "Joiner";
  readonly #separator: Value;
  #isUsed = false;

  constructor(separator: Value) {
    super();
    this.#separator = separator;
  }

  override attribute(name: string): Value | undefined {
    return name === "sep" ? this.#separator : name === "used" ? this.#isUsed : undefined;
  }

  override call(): Value {
    if (this.#isUsed) return this.#separator;
    this.#isUsed = true;
    return "";
  }

  override text(): string {
    return "<Joiner>";
  }
}
