// All filters and tests by name, and those that apply another to every item. Engine process.
import { hash } from "../python/Dict";
import { isTrue, iterate } from "../python/iterate";
import { PythonError, typeError } from "../python/PythonError";
import { str } from "../python/text";
import { Lazy, Undefined, type Arguments, type Value } from "../python/values";
import { attributeGetter, collectionFilters } from "./collectionFilters";
import { numberFilters } from "./numberFilters";
import { textFilters, type Filter } from "./textFilters";
import { bind } from "./signature";
import { tests as plainTests, type Test } from "./tests";

/** They are random, print Python's objects or make HTML, and no chat template has them. */
const REFUSED = ["pprint", "random", "urlize", "wordwrap"];

export const filters: ReadonlyMap<string, Filter> = new Map<string, Filter>([
  ...textFilters,
  ...collectionFilters,
  ...numberFilters,
  ["map", map],
  ["select", (given) => choose("select", given, false, true)],
  ["reject", (given) => choose("reject", given, false, false)],
  ["selectattr", (given) => choose("selectattr", given, true, true)],
  ["rejectattr", (given) => choose("rejectattr", given, true, false)],
  ...REFUSED.map((name) => [name, refuse(name)] as const),
]);

export const tests: ReadonlyMap<string, Test> = new Map<string, Test>([
  ...plainTests,
  ["filter", bind("filter", "value", (value) => isKey(filters, value))],
  ["test", bind("test", "value", (value) => isKey(tests, value))],
]);

/** Throws for what cannot be the key of a dict, as looking it up in Python does. */
function isKey(known: ReadonlyMap<string, unknown>, value: Value): boolean {
  const key = hash(value);
  return typeof key === "string" && known.has(key);
}

function refuse(name: string): Filter {
  return () => {
    throw new PythonError("TemplateRuntimeError", `The filter '${name}' is not supported.`);
  };
}

export function filterNamed(name: string): Filter {
  const filter = filters.get(name);
  if (filter === undefined) throw new PythonError("TemplateRuntimeError", `No filter named '${name}'.`);
  return filter;
}

export function testNamed(name: string): Test {
  const test = tests.get(name);
  if (test === undefined) throw new PythonError("TemplateRuntimeError", `No test named '${name}'.`);
  return test;
}

function map({ positional: [value, ...rest], named }: Arguments): Value {
  if (value === undefined) throw typeError("map() missing its value");
  return new Lazy(
    through(value, () => {
      const path = named.get("attribute");
      if (rest.length > 0 || path === undefined) {
        const [name, ...more] = rest;
        if (name === undefined) throw typeError("map requires a filter argument");
        const filter = filterNamed(str(name));
        return (item) => [filter({ positional: [item, ...more], named })];
      }
      const unexpected = [...named.keys()].find((name) => name !== "attribute" && name !== "default");
      if (unexpected !== undefined) throw typeError(`Unexpected keyword argument '${unexpected}'`);
      const get = attributeGetter(path, named.get("default") ?? null);
      return (item) => [get(item)];
    }),
  );
}

/** `byAttribute`: the first argument names what is tested of each item. `kept`: what the test has to say of those that stay. */
function choose(
  name: string,
  { positional: [value, ...rest], named }: Arguments,
  byAttribute: boolean,
  kept: boolean,
): Value {
  if (value === undefined) throw typeError(`${name}() missing its value`);
  return new Lazy(
    through(value, () => {
      if (byAttribute && rest.length === 0) throw typeError("Missing parameter for attribute name");
      const get = byAttribute ? attributeGetter(rest[0] ?? null) : (item: Value) => item;
      const [test, ...more] = byAttribute ? rest.slice(1) : rest;
      const holds = test === undefined ? isTrue : applied(testNamed(str(test)), more, named);
      return (item) => (holds(get(item)) === kept ? [item] : []);
    }),
  );
}

function applied(test: Test, more: readonly Value[], named: ReadonlyMap<string, Value>): (item: Value) => boolean {
  return (item) => isTrue(test({ positional: [item, ...more], named }));
}

/** Nothing is looked at before the first item is asked for. */
function* through(value: Value, prepare: () => (item: Value) => readonly Value[]): Generator<Value> {
  if (!isTrue(value) || value instanceof Undefined) return;
  const work = prepare();
  for (const item of iterate(value)) yield* work(item);
}
