// Whole numbers as JavaScript counts: for indices, widths and counts. Engine process.
import { typeError } from "./PythonError";
import { typeName } from "./typeName";
import { isInteger, type Value } from "./values";

export function toIndex(value: Value, what = "argument"): number {
  if (!isInteger(value)) throw typeError(`${what}: '${typeName(value)}' object cannot be interpreted as an integer`);
  return Number(value);
}
