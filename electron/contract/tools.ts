// The tools that a chat offers its model: a JSON list in the form of OpenAI's API, checked before it is kept or used.
import { MAX_TOOL_NAME_CHARACTERS } from "./parts";
import { MAX_TOOLS_CHARACTERS } from "./sampling";

export interface Tool {
  readonly type: "function";
  readonly function: { readonly name: string } & Readonly<Record<string, unknown>>;
}

/** What is wrong with one entry of the list. "bare-function": the function itself, without {type, function} around it. */
export type ToolMistake =
  | "not-an-object"
  | "bare-function"
  | "no-type"
  | "no-function"
  | "no-name"
  | "long-name"
  | "same-name"
  | "description-not-text"
  | "parameters-not-an-object";

export type ToolsMistake =
  | { readonly kind: "too-long" | "not-json" | "not-a-list" }
  /** `index` from 0. `name`: of the tool, where it has one. */
  | { readonly kind: ToolMistake; readonly index: number; readonly name: string | null };

export type ToolsReading =
  | { readonly ok: true; readonly tools: readonly Tool[] }
  | { readonly ok: false; readonly mistake: ToolsMistake };

/** Blank text is no tools. */
export function readTools(text: string): ToolsReading {
  if (text.length > MAX_TOOLS_CHARACTERS) return { ok: false, mistake: { kind: "too-long" } };
  if (text.trim() === "") return { ok: true, tools: [] };
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    return { ok: false, mistake: { kind: "not-json" } };
  }
  if (!Array.isArray(list)) return { ok: false, mistake: { kind: "not-a-list" } };
  const tools: Tool[] = [];
  for (const [index, entry] of list.entries()) {
    const tool = readTool(entry);
    if (typeof tool === "string") return { ok: false, mistake: { kind: tool, index, name: nameOf(entry) } };
    if (tools.some((other) => other.function.name === tool.function.name))
      return { ok: false, mistake: { kind: "same-name", index, name: tool.function.name } };
    tools.push(tool);
  }
  return { ok: true, tools };
}

function readTool(entry: unknown): Tool | ToolMistake {
  if (!isObject(entry)) return "not-an-object";
  const { type, function: described } = entry;
  if (described === undefined && typeof entry["name"] === "string") return "bare-function";
  if (type !== "function") return "no-type";
  if (!isObject(described)) return "no-function";
  const { name, description, parameters } = described;
  if (typeof name !== "string" || name.trim() === "") return "no-name";
  if (name.length > MAX_TOOL_NAME_CHARACTERS) return "long-name";
  if (description !== undefined && typeof description !== "string") return "description-not-text";
  if (parameters !== undefined && !isObject(parameters)) return "parameters-not-an-object";
  return { ...entry, type, function: { ...described, name } };
}

function nameOf(entry: unknown): string | null {
  if (!isObject(entry)) return null;
  const { name } = isObject(entry["function"]) ? entry["function"] : entry;
  return typeof name === "string" && name.trim() !== "" ? name.slice(0, MAX_TOOL_NAME_CHARACTERS) : null;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
