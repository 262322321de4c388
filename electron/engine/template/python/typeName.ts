// What Python calls the type of a value. Engine process.
import { Dict, DictView } from "./Dict";
import { Callable, isList, Lazy, Markup, Range, Tuple, Undefined, type Value } from "./values";

export function typeName(value: Value): string {
  if (value === null) return "NoneType";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "bigint") return "int";
  if (typeof value === "number") return "float";
  if (typeof value === "string") return "str";
  if (isList(value)) return "list";
  if (value instanceof Tuple) return "tuple";
  if (value instanceof Dict) return "dict";
  if (value instanceof DictView) return `dict_${value.kind}`;
  if (value instanceof Range) return "range";
  if (value instanceof Lazy) return "generator";
  if (value instanceof Markup) return "Markup";
  if (value instanceof Undefined) return "Undefined";
  if (value instanceof Callable) return "function";
  return value.typeName;
}
