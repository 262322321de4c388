// Writes a JSON schema as a grammar in GBNF, so that an answer fits it. The library's own way from one to the other (node-llama-cpp,
// createGrammarForJsonSchema) knows no optional fields, takes anyOf for null, allows 1e-5 as an integer, and ends with four empty lines.
import type { Because, SchemaReason } from "../failureReasons";

export type Schema = Readonly<Record<string, unknown>>;

export class SchemaError extends Error {
  readonly because: Because<SchemaReason>;

  constructor(because: Because<SchemaReason>) {
    super(because.reason);
    this.because = because;
  }
}

const MAX_DEPTH = 64;
/** llama.cpp's limit; above it, it takes a largest number as no limit. */
const MAX_REPEATED = 2000;
/** Of the grammar. What stands once in a schema may be needed many times. */
const MAX_CHARACTERS = 500_000;
/** Whole numbers from one to another are written out up to so many. */
const MAX_COUNTED = 1000;

const types = ["object", "array", "string", "number", "integer", "boolean", "null"] as const;
type Type = (typeof types)[number];

/** What an answer is not held to. What changes nothing of its shape, such as "title", is not among them. */
const ignoredKeywords = [
  "not",
  "if",
  "dependentRequired",
  "dependentSchemas",
  "dependencies",
  "patternProperties",
  "propertyNames",
  "minProperties",
  "maxProperties",
  "contains",
  "uniqueItems",
  "pattern",
  "multipleOf",
];
const rangeKeywords = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"];

/** Where a schema without a type says what it is about. */
const typeHints: readonly (readonly [Type, readonly string[]])[] = [
  ["object", ["properties", "required", "additionalProperties"]],
  ["array", ["items", "prefixItems", "minItems", "maxItems"]],
  ["string", ["minLength", "maxLength", "pattern", "format"]],
  ["number", [...rangeKeywords, "multipleOf"]],
];

const date = '[0-9]{4} "-" ("0" [1-9] | "1" [0-2]) "-" ("0" [1-9] | [12] [0-9] | "3" [01])';
const time =
  '([01] [0-9] | "2" [0-3]) ":" [0-5] [0-9] ":" [0-5] [0-9] ("." [0-9]{3})? ("Z" | [+-] ([01] [0-9] | "2" [0-3]) ":" [0-5] [0-9])';
const formats: Readonly<Partial<Record<string, string>>> = {
  date,
  time,
  "date-time": `${date} "T" ${time}`,
  uuid: '[0-9a-f]{8} "-" [0-9a-f]{4} "-" [0-9a-f]{4} "-" [0-9a-f]{4} "-" [0-9a-f]{12}',
};

/** Rules that each grammar has. White space has an end: small models would write it forever. */
const commonRules = `ws ::= (" " | "\\n" [ \\t]{0,20})?
char ::= [^"\\\\\\x7F\\x00-\\x1F] | "\\\\" (["\\\\/bfnrt] | "u" [0-9a-fA-F]{4})
string ::= "\\"" char* "\\""
integer ::= "-"? ("0" | [1-9] [0-9]{0,15})
number ::= integer ("." [0-9]{1,16})? ([eE] [-+]? [0-9]{1,2})?
boolean ::= "true" | "false"
object ::= "{" ws (string ":" ws value (ws "," ws string ":" ws value)* ws)? "}"
array ::= "[" ws (value (ws "," ws value)* ws)? "]"
value ::= object | array | string | number | boolean | "null"
`;

export class SchemaGrammar {
  readonly text: string;
  readonly ignored: readonly string[];
  readonly #root: unknown;
  readonly #rules: string[] = [];
  #characters = 0;
  readonly #ignored = new Set<string>();
  /** By pointer, of what is referred to. */
  readonly #references = new Map<string, string>();

  /** Throws SchemaError. */
  constructor(root: unknown) {
    this.#root = root;
    const answer = this.#write(root, { path: "", depth: 0, pointers: new Set() });
    // What is referred to comes first: llama.cpp counts what it meets for the first time within a repetition.
    this.text = `${commonRules}${this.#rules.join("")}root ::= ${answer}\n`;
    this.ignored = [...this.#ignored];
  }

  /** An expression for values that fit. */
  #write(schema: unknown, place: Place): string {
    if (schema === true) return "value";
    if (!isObject(schema))
      throw new SchemaError({
        reason: schema === false ? "schema-nothing-fits" : "schema-not-an-object",
        path: shown(place),
      });
    if (place.depth > MAX_DEPTH) throw new SchemaError({ reason: "schema-too-deep", limit: String(MAX_DEPTH) });
    if (schema["$ref"] !== undefined) return this.#writeReference(schema["$ref"], place);
    const { allOf, ...own } = schema;
    if (allOf !== undefined) return this.#write(this.#merge(own, listAt(allOf, "allOf", place), place), deeper(place));
    for (const keyword of ["anyOf", "oneOf"]) {
      const { [keyword]: choices, ...rest } = schema;
      if (choices !== undefined)
        return either(
          listAt(choices, keyword, place).map((choice) =>
            this.#write(this.#merge(rest, [choice], place), deeper(place)),
          ),
        );
    }
    for (const keyword of ignoredKeywords) if (schema[keyword] !== undefined) this.#ignored.add(keyword);
    if (schema["const"] !== undefined) return literal(schema["const"]);
    if (schema["enum"] !== undefined) return either(listAt(schema["enum"], "enum", place).map(literal));
    const wanted = typesOf(schema, place);
    return wanted.length === 0 ? "value" : either(wanted.map((type) => this.#writeType(type, schema, place)));
  }

  #writeType(type: Type, schema: Schema, place: Place): string {
    switch (type) {
      case "object":
        return this.#writeObject(schema, place);
      case "array":
        return this.#writeArray(schema, place);
      case "string":
        return this.#writeString(schema, place);
      case "number":
      case "integer":
        return this.#writeNumber(type, schema);
      case "boolean":
        return "boolean";
      case "null":
        return literal(null);
    }
  }

  /** Fields in the schema's order. */
  #writeObject(schema: Schema, place: Place): string {
    const properties = schema["properties"] ?? {};
    if (!isObject(properties))
      throw new SchemaError({ reason: "schema-keyword-not-an-object", path: shown(place), keyword: "properties" });
    const required =
      schema["required"] === undefined ? [] : listAt(schema["required"], "required", place, 0).map(String);
    const missing = required.filter((name) => !Object.hasOwn(properties, name));
    const fields = [...Object.entries(properties), ...missing.map((name): [string, unknown] => [name, true])];
    const { additionalProperties } = schema;
    const hasExtra = additionalProperties === true || isObject(additionalProperties);
    if (fields.length === 0 && !hasExtra) return additionalProperties === false ? `"{}"` : "object";

    const inner = within(place);
    const extra = hasExtra
      ? `string ":" ws ${this.#write(additionalProperties, { ...inner, path: `${place.path}.*` })}`
      : null;
    // Each rule is for what may come from one field on: `rest` behind another field, `first` where none is written yet.
    let rest = extra === null ? "" : `(ws "," ws ${extra})*`;
    let first = extra === null ? "" : `(${extra} ${rest})?`;
    for (const [name, value] of fields.toReversed()) {
      const pair = this.#addRule(
        `${literal(name)} ":" ws ${this.#write(value, { ...inner, path: `${place.path}.${name}` })}`,
      );
      const isRequired = required.includes(name);
      const isLast = first === "";
      first = this.#addRule(isRequired ? `${pair} ${rest}` : isLast ? `(${pair})?` : `${pair} ${rest} | ${first}`);
      rest = this.#addRule(isRequired ? `ws "," ws ${pair} ${rest}` : `(ws "," ws ${pair})? ${rest}`);
    }
    return this.#addRule(`"{" ws ${first} ws "}"`);
  }

  #writeArray(schema: Schema, place: Place): string {
    const inner = within(place);
    const isTuple = Array.isArray(schema["items"]);
    const tuple = isTuple ? schema["items"] : schema["prefixItems"];
    const prefix =
      tuple === undefined
        ? []
        : listAt(tuple, isTuple ? "items" : "prefixItems", place, 0).map((item, index) =>
            this.#write(item, { ...inner, path: `${place.path}[${index}]` }),
          );
    const others = (isTuple ? schema["additionalItems"] : schema["items"]) ?? true;
    const min = this.#count(schema, "minItems", place) ?? 0;
    const max = others === false ? prefix.length : this.#count(schema, "maxItems", place);
    if (max !== null && max < Math.max(min, prefix.length))
      throw new SchemaError({ reason: "schema-too-many-items", path: shown(place) });
    if (max === 0) return literal([]);

    const item = max === prefix.length ? "" : this.#addRule(this.#write(others, { ...inner, path: `${place.path}[]` }));
    const least = Math.max(0, min - prefix.length);
    const most = max === null ? null : max - prefix.length;
    const separator = ' ws "," ws ';
    const more = (from: number, to: number | null) => (item === "" ? "" : `(${separator}${item})${repeat(from, to)}`);
    const all =
      prefix.length > 0
        ? `${prefix.join(separator)} ${more(least, most)}`
        : `(${item} ${more(Math.max(0, least - 1), most === null ? null : most - 1)})${least === 0 ? "?" : ""}`;
    return this.#addRule(`"[" ws ${all} ws "]"`);
  }

  #writeString(schema: Schema, place: Place): string {
    const { format } = schema;
    if (format !== undefined) {
      const written = typeof format === "string" ? formats[format] : undefined;
      if (written !== undefined) return `"\\"" ${written} "\\""`;
      this.#ignored.add("format");
    }
    const min = this.#count(schema, "minLength", place) ?? 0;
    const max = this.#count(schema, "maxLength", place);
    if (max !== null && max < min) throw new SchemaError({ reason: "schema-too-long-text", path: shown(place) });
    return min === 0 && max === null ? "string" : `"\\"" char${repeat(min, max)} "\\""`;
  }

  #writeNumber(type: "number" | "integer", schema: Schema): string {
    const limit = (inclusive: string, exclusive: string, step: number): number | null => {
      const [at, beyond] = [schema[inclusive], schema[exclusive]];
      if (typeof beyond === "number") return step > 0 ? Math.floor(beyond) + 1 : Math.ceil(beyond) - 1;
      if (typeof at !== "number") return null;
      // OpenAPI 3.0 and the drafts before 6 have a yes or no here.
      return (step > 0 ? Math.ceil(at) : Math.floor(at)) + (beyond === true && Number.isInteger(at) ? step : 0);
    };
    const [from, to] = [limit("minimum", "exclusiveMinimum", 1), limit("maximum", "exclusiveMaximum", -1)];
    if (type === "integer" && from !== null && to !== null && to >= from && to - from < MAX_COUNTED) {
      return either(Array.from({ length: to - from + 1 }, (_, index) => literal(from + index)));
    }
    for (const keyword of rangeKeywords) if (schema[keyword] !== undefined) this.#ignored.add(keyword);
    return type;
  }

  #writeReference(reference: unknown, place: Place): string {
    if (typeof reference !== "string" || !reference.startsWith("#"))
      throw new SchemaError({ reason: "schema-reference-outside", path: shown(place) });
    const known = this.#references.get(reference);
    if (place.pointers.has(reference))
      throw new SchemaError({ reason: "schema-reference-circular", path: shown(place) });
    if (known !== undefined) return known;
    const name = `ref-${this.#references.size}`;
    this.#references.set(reference, name);
    const written = this.#write(this.#lookUp(reference, place), {
      ...place,
      depth: place.depth + 1,
      pointers: new Set([...place.pointers, reference]),
    });
    return this.#addRule(written, name);
  }

  /** By JSON pointer (RFC 6901). */
  #lookUp(reference: string, place: Place): unknown {
    let found = this.#root;
    for (const step of reference.slice(1).split("/").slice(1)) {
      const key = decoded(step).replaceAll("~1", "/").replaceAll("~0", "~");
      found =
        (isObject(found) || Array.isArray(found)) && Object.hasOwn(found, key) ? (found as Schema)[key] : undefined;
    }
    if (found === undefined)
      throw new SchemaError({ reason: "schema-reference-missing", path: shown(place), reference });
    return found;
  }

  /** One schema for what fits all of them. */
  #merge(own: Schema, parts: readonly unknown[], place: Place): unknown {
    let merged: Schema = own;
    const [only] = parts;
    if (parts.length === 1 && Object.keys(own).every((key) => annotations.has(key))) return only;
    for (let part of parts) {
      for (let steps = 0; isObject(part) && typeof part["$ref"] === "string" && steps < MAX_DEPTH; steps++)
        part = this.#lookUp(part["$ref"], place);
      if (part === true) continue;
      if (!isObject(part)) throw new SchemaError({ reason: "schema-part-not-an-object", path: shown(place) });
      for (const keyword of ["anyOf", "oneOf"]) {
        if (merged[keyword] !== undefined && part[keyword] !== undefined)
          throw new SchemaError({ reason: "schema-keyword-twice", path: shown(place), keyword });
      }
      const properties = { ...asObject(merged["properties"]), ...asObject(part["properties"]) };
      const required = [...asList(merged["required"]), ...asList(part["required"])];
      const allOf = [...asList(merged["allOf"]), ...asList(part["allOf"])];
      merged = {
        ...merged,
        ...part,
        ...(Object.keys(properties).length > 0 ? { properties } : {}),
        ...(required.length > 0 ? { required } : {}),
        ...(allOf.length > 0 ? { allOf } : {}),
      };
    }
    return merged;
  }

  /** null: the schema does not say, or more than can be held. */
  #count(schema: Schema, keyword: "minItems" | "maxItems" | "minLength" | "maxLength", place: Place): number | null {
    const value = schema[keyword];
    if (value === undefined) return null;
    if (typeof value !== "number" || !Number.isInteger(value) || value < 0)
      throw new SchemaError({ reason: "schema-keyword-not-a-number", path: shown(place), keyword });
    if (value <= MAX_REPEATED) return value;
    if (keyword.startsWith("min"))
      throw new SchemaError({
        reason: "schema-keyword-too-high",
        path: shown(place),
        keyword,
        limit: String(MAX_REPEATED),
      });
    this.#ignored.add(keyword);
    return null;
  }

  #addRule(expression: string, name = `r${this.#rules.length}`): string {
    this.#characters += expression.length;
    if (this.#characters > MAX_CHARACTERS) throw new SchemaError({ reason: "schema-too-large" });
    this.#rules.push(`${name} ::= ${expression}\n`);
    return name;
  }
}

interface Place {
  readonly path: string;
  readonly depth: number;
  /** What was referred to without anything written since: a circle of these never ends. */
  readonly pointers: ReadonlySet<string>;
}

function deeper(place: Place): Place {
  return { ...place, depth: place.depth + 1 };
}

/** Behind a { or [, so that what is referred to may come again. */
function within(place: Place): Place {
  return { ...place, depth: place.depth + 1, pointers: new Set() };
}

/** "rating", "" for the whole schema. */
function shown({ path }: Place): string {
  return path.replace(/^\./, "");
}

const annotations = new Set([
  "title",
  "description",
  "default",
  "examples",
  "$schema",
  "$id",
  "$comment",
  "$defs",
  "definitions",
  "deprecated",
  "readOnly",
  "writeOnly",
]);

function typesOf(schema: Schema, place: Place): readonly Type[] {
  const { type } = schema;
  const listed = Array.isArray(type)
    ? (type as unknown[])
    : type === undefined
      ? typeHints
          .flatMap(([hinted, keys]) => (keys.some((key) => schema[key] !== undefined) ? [hinted] : []))
          .slice(0, 1)
      : [type];
  const found = listed.map((one) => {
    const known = types.find((name) => name === one);
    if (known === undefined)
      throw new SchemaError({ reason: "schema-type-unknown", path: shown(place), types: types.join(", ") });
    return known;
  });
  // OpenAPI 3.0 says it so.
  return schema["nullable"] === true && found.length > 0 && !found.includes("null") ? [...found, "null"] : found;
}

function listAt(value: unknown, keyword: string, place: Place, least = 1): readonly unknown[] {
  if (!Array.isArray(value) || value.length < least)
    throw new SchemaError({
      reason: least === 0 ? "schema-keyword-not-a-list" : "schema-keyword-empty",
      path: shown(place),
      keyword,
    });
  return value as unknown[];
}

function either(alternatives: readonly string[]): string {
  return alternatives.length === 1 ? (alternatives[0] ?? "") : `(${alternatives.join(" | ")})`;
}

/** The value as JSON, as a text of GBNF. */
function literal(value: unknown): string {
  return `"${JSON.stringify(value).replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\u007f", "\\x7F")}"`;
}

function repeat(min: number, max: number | null): string {
  return max === null ? (min === 0 ? "*" : `{${min},}`) : `{${min},${max}}`;
}

function decoded(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    return step;
  }
}

function isObject(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function asObject(value: unknown): Schema {
  return isObject(value) ? value : {};
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
