// What a list of tools says, and what is wrong with it, as words.
import { MAX_TOOL_NAME_CHARACTERS } from "../../../../electron/contract/parts";
import { MAX_TOOLS_CHARACTERS } from "../../../../electron/contract/sampling";
import type { Tool, ToolsMistake } from "../../../../electron/contract/tools";
import { findJsonMistake } from "../../../app/jsonMistake";
import { formatCount } from "../../../../electron/words/quantities";

/** More names than this are counted only. */
const MAX_NAMED = 4;

/** "2 tools: get_weather, search". */
export function toolsWords(tools: readonly Tool[]): string {
  const names = tools.map((tool) => tool.function.name);
  const more = names.length - MAX_NAMED;
  const list = [...names.slice(0, MAX_NAMED), ...(more > 0 ? [`${more} more`] : [])].join(", ");
  return names.length === 0 ? "No tools" : `${names.length === 1 ? "1 tool" : `${names.length} tools`}: ${list}`;
}

/** What is wrong, where, and how it is written instead. `text`: the list as typed. */
export function toolsMistakeWords(mistake: ToolsMistake, text: string): string {
  if (!("index" in mistake)) return listMistakeWords(mistake.kind, text);
  const { kind, index, name } = mistake;
  const tool = name === null ? `Tool ${index + 1}` : `Tool ${index + 1} (${name})`;
  switch (kind) {
    case "not-an-object":
      return `${tool} must be an object, in { }.`;
    case "bare-function":
      return `${tool} is only the function. Write it as {"type": "function", "function": { … }}.`;
    case "no-type":
      return `${tool} needs "type": "function".`;
    case "no-function":
      return `${tool} needs a "function", an object with a "name".`;
    case "no-name":
      return `The "function" of tool ${index + 1} needs a "name".`;
    case "long-name":
      return `The name of tool ${index + 1} is longer than ${MAX_TOOL_NAME_CHARACTERS} characters.`;
    case "same-name":
      return `${tool} has the name of an earlier tool.`;
    case "description-not-text":
      return `The "description" of ${lowerFirst(tool)} must be text.`;
    case "parameters-not-an-object":
      return `The "parameters" of ${lowerFirst(tool)} must be a JSON schema, an object in { }.`;
  }
}

function listMistakeWords(kind: "too-long" | "not-json" | "not-a-list", text: string): string {
  switch (kind) {
    case "too-long":
      return `The list is longer than ${formatCount(MAX_TOOLS_CHARACTERS)} characters.`;
    case "not-json":
      return jsonMistakeWords(text);
    case "not-a-list":
      return "Tools are a list: write [ ] around them.";
  }
}

/** For any field that takes JSON. */
export function jsonMistakeWords(text: string): string {
  const mistake = findJsonMistake(text);
  if (mistake === null) return "This is not JSON.";
  return mistake.isAtEnd
    ? "This is not JSON yet: the end is missing."
    : `This is not JSON: look at line ${mistake.line}, column ${mistake.column}.`;
}

function lowerFirst(words: string): string {
  return words.slice(0, 1).toLowerCase() + words.slice(1);
}
