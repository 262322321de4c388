// Arguments of a tool call as a JSON object. Engine process.
import { readLoose, type Entry } from "./looseJson";
import { isStrictJson } from "./ToolSchemas";

/** Arguments as a JSON object; some models write that as a text. */
export function argumentsJson({ value, source }: Entry): string {
  if (typeof value === "string")
    return readLoose(value)?.end === value.trimEnd().length && value.trimStart().startsWith("{")
      ? strict(value)
      : value;
  return strict(source, value);
}

function strict(source: string, value = readLoose(source)?.value): string {
  return isStrictJson(source) || value === undefined ? source.trim() : JSON.stringify(value);
}
