// A chat template that is rendered as transformers' apply_chat_template renders it. Engine process.
import { filters, tests } from "./builtins/filters";
import { globalsAt, GLOBAL_NAMES } from "./builtins/globals";
import { Dict } from "./python/Dict";
import { beginCounting } from "./python/limits";
import type { Value } from "./python/values";
import { Renderer } from "./render/Renderer";
import { Scope } from "./render/Scope";
import { checkTree } from "./syntax/checkTree";
import { parseTemplate } from "./syntax/parseTemplate";
import { scopesOf, type Scopes } from "./syntax/scopes";
import type { Program } from "./syntax/tree";
import { TemplateError } from "./TemplateError";
import { inputsOf, type TemplateInput } from "./templateInputs";

export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue | undefined };

export class JinjaTemplate {
  /** Names that the template reads and that it does not set first: what it can be given. */
  readonly inputs: ReadonlyMap<string, TemplateInput>;
  readonly #program: Program;
  readonly #scopes: Scopes;

  /** Throws TemplateError when the source cannot be parsed. */
  constructor(source: string) {
    [this.#program, this.#scopes] = guarded(() => {
      const program = parseTemplate(source);
      checkTree(program, { filters, tests });
      return [program, scopesOf(program)];
    });
    this.inputs = inputsOf(
      this.#program,
      [...this.#scopes.free].filter((name) => !GLOBAL_NAMES.has(name)),
    );
  }

  /**
   * `variables` as apply_chat_template passes them: messages, tools, documents, add_generation_prompt, bos_token …;
   * `now` is what strftime_now formats, in local time. Throws TemplateError. A template may loop: limit its time.
   */
  render(variables: Readonly<Record<string, JsonValue | undefined>>, now: Date): string {
    return guarded(() => {
      beginCounting();
      const outside = new Scope(undefined);
      for (const [name, value] of globalsAt(now)) outside.set(name, value);
      for (const [name, value] of Object.entries(variables)) if (value !== undefined) outside.set(name, toValue(value));
      return new Renderer(this.#scopes).render(this.#program, outside);
    });
  }
}

function guarded<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (error instanceof TemplateError) throw error;
    if (error instanceof RangeError)
      throw new TemplateError("failed", "The template or what it was given is nested too deeply.");
    throw new TemplateError("failed", error instanceof Error ? error.message : String(error));
  }
}

/** JSON as Python reads it. */
function toValue(json: JsonValue): Value {
  if (typeof json === "number") return Number.isInteger(json) ? BigInt(json) : json;
  if (json === null || typeof json !== "object") return json;
  if (isArray(json)) return json.map(toValue);
  return new Dict(
    Object.entries(json).flatMap(([key, value]) => (value === undefined ? [] : [[key, toValue(value)] as const])),
  );
}

/** Array.isArray forgets readonly arrays. */
function isArray(
  json: readonly JsonValue[] | { readonly [key: string]: JsonValue | undefined },
): json is readonly JsonValue[] {
  return Array.isArray(json);
}
