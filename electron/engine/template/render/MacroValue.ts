// A macro, or the body of a call block, that can be called. Engine process.
import { Dict } from "../python/Dict";
import { typeError } from "../python/PythonError";
import { ObjectValue, Tuple, Undefined, type Arguments, type Value } from "../python/values";
import type { Parameter } from "../syntax/tree";
import { parameterName } from "../syntax/walk";

/** What a macro's body begins with: undefined stands for a parameter that its default is for. */
export type Bound = ReadonlyMap<string, Value | undefined>;

export class MacroValue extends ObjectValue {
  readonly typeName = "Macro";
  readonly #name: string | null;
  readonly #parameters: readonly string[];
  /** Which of `caller`, `kwargs` and `varargs` it takes. */
  readonly #specials: ReadonlySet<string>;
  readonly #write: (bound: Bound) => string;

  constructor(
    name: string | null,
    parameters: readonly Parameter[],
    specials: ReadonlySet<string>,
    write: (bound: Bound) => string,
  ) {
    super();
    this.#name = name;
    this.#parameters = parameters.map(parameterName);
    this.#specials = specials;
    this.#write = write;
  }

  override call({ positional, named }: Arguments): Value {
    const rest = new Map(named);
    const bound = new Map<string, Value | undefined>();
    this.#parameters.forEach((parameter, at) => {
      bound.set(parameter, at < positional.length ? positional[at] : rest.get(parameter));
      if (at >= positional.length) rest.delete(parameter);
    });
    if (this.#specials.has("caller")) {
      bound.set("caller", rest.get("caller") ?? new Undefined("No caller defined"));
      rest.delete("caller");
    }
    const called = this.#name === null ? "the call block" : `macro '${this.#name}'`;
    const [unexpected] = rest.keys();
    if (this.#specials.has("kwargs")) bound.set("kwargs", new Dict(rest));
    else if (unexpected !== undefined) throw typeError(`${called} takes no keyword argument '${unexpected}'`);
    if (this.#specials.has("varargs")) bound.set("varargs", new Tuple(positional.slice(this.#parameters.length)));
    else if (positional.length > this.#parameters.length)
      throw typeError(`${called} takes not more than ${this.#parameters.length} argument(s)`);
    return this.#write(bound);
  }

  override attribute(name: string): Value | undefined {
    switch (name) {
      case "name":
        return this.#name;
      case "arguments":
        return new Tuple(this.#parameters);
      case "caller":
        return this.#specials.has("caller");
      case "catch_kwargs":
        return this.#specials.has("kwargs");
      case "catch_varargs":
        return this.#specials.has("varargs");
      case "explicit_caller":
        return this.#parameters.includes("caller");
      default:
        return undefined;
    }
  }

  override text(): string {
    return `<Macro ${this.#name === null ? "anonymous" : `'${this.#name}'`}>`;
  }
}
