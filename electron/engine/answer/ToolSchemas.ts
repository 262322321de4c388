// What a chat's tools say about their arguments: which names are arguments, and which values are text. Engine process.
import { z } from "zod";
import type { JsonValue } from "../template/JinjaTemplate";
import { readLoose } from "./looseJson";

const Tool = z.object({
  function: z.object({
    name: z.string(),
    parameters: z
      .object({ properties: z.record(z.string(), z.unknown()) })
      .optional()
      .catch(undefined),
  }),
});
/** Tools are given with the "function" around them, or without. */
const AnyTool = z.union([Tool, Tool.shape.function.transform((one) => ({ function: one }))]);

export class ToolSchemas {
  readonly #tools = new Map<string, Readonly<Record<string, unknown>>>();

  constructor(tools: readonly JsonValue[] = []) {
    for (const tool of tools) {
      const parsed = AnyTool.safeParse(tool);
      if (parsed.success) this.#tools.set(parsed.data.function.name, parsed.data.function.parameters?.properties ?? {});
    }
  }

  get isEmpty(): boolean {
    return this.#tools.size === 0;
  }

  has(name: string): boolean {
    return this.#tools.has(name);
  }

  /** Names of its arguments, in order. */
  keysOf(name: string): string[] {
    return Object.keys(this.#tools.get(name) ?? {});
  }

  /** A value that was written without quotes, as JSON text: by its type, as far as the tool says one. `isText`: the model says so itself. */
  toJson(name: string, key: string, written: string, isText: boolean | null = null): string {
    const types = typesOf(this.#tools.get(name)?.[key]);
    const mustBeText = isText ?? (types.length > 0 && types.every((type) => type === "string"));
    if (mustBeText) return JSON.stringify(written);
    if (written.trim() === "" && (types[0] === "array" || types[0] === "object"))
      return types[0] === "array" ? "[]" : "{}";
    const value = readAll(written.trim());
    if (value === undefined || typeof value === "string") return JSON.stringify(written);
    if (
      types.includes("string") &&
      typeof value === "number" &&
      !types.includes("number") &&
      !types.includes("integer")
    )
      return JSON.stringify(written);
    return isStrictJson(written) ? written.trim() : JSON.stringify(value);
  }
}

function readAll(text: string): JsonValue | undefined {
  const read = readLoose(text);
  return read?.end === text.length ? read.value : undefined;
}

export function isStrictJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The types of JSON Schema that a value may have; none: any. */
function typesOf(schema: unknown): string[] {
  const parsed = Schema.safeParse(schema);
  if (!parsed.success) return [];
  const { type, anyOf, oneOf, enum: values } = parsed.data;
  const own = typeof type === "string" ? [type] : (type ?? []);
  const inside = [...(anyOf ?? []), ...(oneOf ?? [])].flatMap(typesOf);
  const listed = own.length + inside.length > 0 ? [] : (values ?? []).map((value) => typeof value);
  return [...own, ...inside, ...listed].filter((one) => one !== "null");
}

const Schema = z.object({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  anyOf: z.array(z.unknown()).optional(),
  oneOf: z.array(z.unknown()).optional(),
  enum: z.array(z.unknown()).optional(),
});
