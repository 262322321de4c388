// The values that a template works with, as Python has them. Engine process.
import type { Dict, DictView } from "./Dict";
import { PythonError, typeError } from "./PythonError";

/**
 * Python's int is a bigint, float a number, list an array: templates see the difference (1 and 1.0), JavaScript's own
 * operators keep it. Lists and dicts never change once they are made, as in jinja2's immutable sandbox.
 */
export type Value =
  | null
  | boolean
  | bigint
  | number
  | string
  | readonly Value[]
  | Tuple
  | Dict
  | DictView
  | Range
  | Lazy
  | Markup
  | Undefined
  | Callable
  | ObjectValue;

/** A tuple; names are those of a named one (a group of groupby). */
export class Tuple {
  readonly items: readonly Value[];
  readonly names: readonly string[];

  constructor(items: readonly Value[], names: readonly string[] = []) {
    this.items = items;
    this.names = names;
  }
}

export class Range {
  readonly start: bigint;
  readonly stop: bigint;
  readonly step: bigint;

  constructor(start: bigint, stop: bigint, step: bigint) {
    this.start = start;
    this.stop = stop;
    this.step = step;
  }

  get length(): number {
    const span = this.step > 0n ? this.stop - this.start : this.start - this.stop;
    const step = this.step > 0n ? this.step : -this.step;
    return span <= 0n ? 0 : Number((span + step - 1n) / step);
  }

  at(index: number): bigint {
    return this.start + BigInt(index) * this.step;
  }
}

/** A generator: it can be walked through once, has no length and no items by number. */
export class Lazy {
  readonly iterator: Iterator<Value>;

  constructor(values: Iterable<Value>) {
    this.iterator = values[Symbol.iterator]();
  }
}

/** A string that counts as escaped: what is added to it is escaped first. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What jinja2 gives for a name or an attribute that is not there: prints as "", is empty, and most else raises. */
export class Undefined {
  readonly #message: string;
  readonly #errorName: "UndefinedError" | "SecurityError";

  constructor(message: string, errorName: "UndefinedError" | "SecurityError" = "UndefinedError") {
    this.#message = message;
    this.#errorName = errorName;
  }

  static ofName(name: string): Undefined {
    return new Undefined(`'${name}' is undefined`);
  }

  error(): PythonError {
    return new PythonError(this.#errorName, this.#message);
  }
}

export interface Arguments {
  readonly positional: readonly Value[];
  readonly named: ReadonlyMap<string, Value>;
}

export class Callable {
  readonly name: string;
  readonly call: (given: Arguments) => Value;

  constructor(name: string, call: (given: Arguments) => Value) {
    this.name = name;
    this.call = call;
  }
}

/** An object of jinja2's own: a namespace, a loop, a macro, a cycler. */
export abstract class ObjectValue {
  /** Of Python's type, for messages. */
  abstract readonly typeName: string;
  abstract attribute(name: string): Value | undefined;
  abstract text(): string;

  call(_given: Arguments): Value {
    throw typeError(`'${this.typeName}' object is not callable`);
  }

  get isCallable(): boolean {
    return this.call !== ObjectValue.prototype.call;
  }

  /** undefined where it cannot be walked through. */
  iterate(): Iterator<Value> | undefined {
    return undefined;
  }

  /** undefined where it has no length. */
  length(): number | undefined {
    return undefined;
  }
}

export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

/** A str, escaped or not. */
export function isString(value: Value): value is string | Markup {
  return typeof value === "string" || value instanceof Markup;
}

export function textOf(value: string | Markup): string {
  return typeof value === "string" ? value : value.text;
}

/** An int; Python's bool is one too. */
export function isInteger(value: Value): value is bigint | boolean {
  return typeof value === "bigint" || typeof value === "boolean";
}

export function isNumber(value: Value): value is bigint | boolean | number {
  return isInteger(value) || typeof value === "number";
}
