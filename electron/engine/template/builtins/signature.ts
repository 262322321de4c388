// Arguments by place and by name, bound as Python binds them. Engine process.
import { typeError } from "../python/PythonError";
import { Callable, type Arguments, type Value } from "../python/values";

/** Takes its arguments in order; one that was left out is undefined, so that its default applies. */
export type Plain = (...given: Value[]) => Value;

interface Parameter {
  name: string;
  isOptional: boolean;
}

/**
 * `signature` names the parameters: "sep? maxsplit?"; a question mark stands for one that may be left out, those before a
 * "/" are taken by place only.
 */
export function bind(name: string, signature: string, work: Plain): (given: Arguments) => Value {
  const words = signature.split(" ").filter((word) => word !== "");
  const byPlaceOnly = words.indexOf("/");
  const parameters: Parameter[] = words
    .filter((word) => word !== "/")
    .map((word) => ({ name: word.replace("?", ""), isOptional: word.endsWith("?") }));
  return ({ positional, named }) => {
    if (positional.length > parameters.length)
      throw typeError(`${name}() takes at most ${parameters.length} arguments (${positional.length} given)`);
    for (const given of named.keys()) {
      const at = parameters.findIndex((parameter) => parameter.name === given);
      if (at < 0 || at < byPlaceOnly) throw typeError(`${name}() got an unexpected keyword argument '${given}'`);
      if (at < positional.length) throw typeError(`${name}() got multiple values for argument '${given}'`);
    }
    const bound = parameters.map((parameter, at) => {
      const value = at < positional.length ? positional[at] : named.get(parameter.name);
      if (value === undefined && !parameter.isOptional)
        throw typeError(`${name}() missing required argument: '${parameter.name}'`);
      return value;
    });
    // What was left out stays undefined, and the default of `work` takes its place.
    return work(...(bound as Value[]));
  };
}

export function callable(name: string, signature: string, work: Plain): Callable {
  return new Callable(name, bind(name, signature, work));
}

export const NO_NAMED: ReadonlyMap<string, Value> = new Map();

export function byPlace(...positional: readonly Value[]): Arguments {
  return { positional, named: NO_NAMED };
}
