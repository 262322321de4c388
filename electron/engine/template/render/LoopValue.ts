// `loop`: where a for loop is, as jinja2's LoopContext tells it. Engine process.
import { callable } from "../builtins/signature";
import { areEqual } from "../python/compare";
import { iterate, sizeOf } from "../python/iterate";
import { typeError } from "../python/PythonError";
import { Callable, ObjectValue, Tuple, Undefined, type Arguments, type Value } from "../python/values";

export class LoopValue extends ObjectValue {
  readonly typeName = "LoopContext";
  readonly #source: Value;
  readonly #depth: number;
  readonly #recurse: ((items: Value) => string) | undefined;
  #iterator: Iterator<Value>;
  #length: number | undefined;
  /** Where it is, from 0. */
  #at = -1;
  #before: Value | undefined;
  #current: Value | undefined;
  /** The next item, once somebody has asked for it. */
  #after: Value | undefined;
  #lastChanged: Tuple | undefined;

  /** `depth`: of a recursive loop, from 0. `recurse` writes the loop for other items. */
  constructor(source: Value, depth: number, recurse: ((items: Value) => string) | undefined) {
    super();
    this.#source = source;
    this.#depth = depth;
    this.#recurse = recurse;
    this.#iterator = iterate(source)[Symbol.iterator]();
  }

  /** undefined at the end. */
  next(): Value | undefined {
    const item = this.#peek();
    if (item === undefined) return undefined;
    this.#after = undefined;
    this.#at += 1;
    this.#before = this.#current;
    this.#current = item;
    return item;
  }

  #peek(): Value | undefined {
    if (this.#after === undefined) {
      const { done, value } = this.#iterator.next();
      if (done !== true) this.#after = value;
    }
    return this.#after;
  }

  override length(): number {
    if (this.#length !== undefined) return this.#length;
    const size = sizeOf(this.#source);
    if (size !== undefined) return (this.#length = size);
    // A generator is read to its end.
    const rest: Value[] = [];
    for (let next = this.#iterator.next(); next.done !== true; next = this.#iterator.next()) rest.push(next.value);
    this.#iterator = rest[Symbol.iterator]();
    return (this.#length = rest.length + this.#at + 1 + (this.#after === undefined ? 0 : 1));
  }

  override attribute(name: string): Value | undefined {
    switch (name) {
      case "index":
        return BigInt(this.#at + 1);
      case "index0":
        return BigInt(this.#at);
      case "revindex":
        return BigInt(this.length() - this.#at);
      case "revindex0":
        return BigInt(this.length() - this.#at - 1);
      case "first":
        return this.#at === 0;
      case "last":
        return this.#peek() === undefined;
      case "length":
        return BigInt(this.length());
      case "depth":
        return BigInt(this.#depth + 1);
      case "depth0":
        return BigInt(this.#depth);
      case "previtem":
        return orUndefined(this.#before, "there is no previous item");
      case "nextitem":
        return orUndefined(this.#peek(), "there is no next item");
      case "cycle":
        return new Callable(name, ({ positional }) => this.#cycle(positional));
      case "changed":
        return new Callable(name, ({ positional }) => this.#changed(positional));
      default:
        return undefined;
    }
  }

  #cycle(values: readonly Value[]): Value {
    const value = values[this.#at % values.length];
    if (value === undefined) throw typeError("no items for cycling given");
    return value;
  }

  #changed(values: readonly Value[]): boolean {
    const value = new Tuple(values);
    if (this.#lastChanged !== undefined && areEqual(this.#lastChanged, value)) return false;
    this.#lastChanged = value;
    return true;
  }

  override text(): string {
    return `<LoopContext ${this.#at + 1}/${this.length()}>`;
  }

  override call(given: Arguments): Value {
    const recurse = this.#recurse;
    if (recurse === undefined) throw typeError("The loop must have the 'recursive' marker to be called recursively.");
    return callable("loop", "iterable", recurse).call(given);
  }
}

function orUndefined(value: Value | undefined, message: string): Value {
  return value === undefined ? new Undefined(message) : value;
}
