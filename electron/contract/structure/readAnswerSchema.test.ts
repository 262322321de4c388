// Which schemas answers can be held to, and what is said of the others. Whether a text fits is llama.cpp's to say (engine/sampling/sampling.model.test.ts).
import { describe, expect, it, test } from "vitest";
import { findGrammarMistake } from "./findGrammarMistake";
import { becauseWords } from "../../words/reasonWords";
import { readAnswerSchema } from "./readAnswerSchema";

const read = (schema: unknown) => readAnswerSchema(JSON.stringify(schema));
const words = (text: string) => {
  const reading = readAnswerSchema(text);
  return reading.ok ? null : becauseWords(reading.mistake);
};

describe("a schema", () => {
  test.each<[string, unknown, string[]]>([
    ["nothing at all", {}, []],
    [
      "notes only",
      {
        $schema: "https://json-schema.org/draft/2020-12/schema",
        title: "T",
        description: "D",
        type: "string",
        default: "x",
      },
      [],
    ],
    ["a pattern", { type: "string", pattern: "^a" }, ["pattern"]],
    ["limits of a number", { type: "number", minimum: 0, exclusiveMaximum: 1 }, ["minimum", "exclusiveMaximum"]],
    ["limits of a whole number that are near", { type: "integer", minimum: 1, maximum: 5 }, []],
    ["limits that are far", { type: "integer", minimum: 1, maximum: 1_000_000 }, ["minimum", "maximum"]],
    ["a format that is known", { type: "string", format: "date" }, []],
    ["a format that is not", { type: "string", format: "email" }, ["format"]],
    ["a list without doubles", { type: "array", items: { type: "string" }, uniqueItems: true }, ["uniqueItems"]],
    ["more items than can be counted", { type: "array", maxItems: 100_000 }, ["maxItems"]],
    [
      "conditions",
      { type: "object", properties: { a: { type: "string" } }, if: {}, not: {}, minProperties: 1 },
      ["not", "if", "minProperties"],
    ],
  ])("%s: what it is not held to is named", (_name, schema, ignored) =>
    expect(read(schema)).toMatchObject({ ok: true, ignored }),
  );

  test.each([
    ["", "It is not valid JSON."],
    ["{", "It is not valid JSON."],
    ["[]", "A schema is an object, in braces."],
    ["null", "A schema is an object, in braces."],
    ['"string"', "A schema is an object, in braces."],
    ["false", "Nothing fits a schema that is “false”."],
    ['{"type": "text"}', "“type” must be one of object, array, string, number, integer, boolean, null."],
    [
      '{"properties": {"a": {"type": ["string", 5]}}}',
      "In “a”: “type” must be one of object, array, string, number, integer, boolean, null.",
    ],
    ['{"properties": []}', "“properties” must be an object."],
    ['{"properties": {"a": {"items": {"enum": []}}}}', "In “a[]”: “enum” must be a list with something in it."],
    ['{"properties": {"a": 5}}', "In “a”: A schema is an object, in braces."],
    ['{"required": "a"}', "“required” must be a list."],
    ['{"anyOf": {}}', "“anyOf” must be a list with something in it."],
    ['{"type": "string", "minLength": -1}', "“minLength” must be a whole number."],
    ['{"type": "string", "minLength": 9, "maxLength": 3}', "The text must be longer than it may be."],
    ['{"type": "string", "minLength": 5000}', "“minLength” is more than 2,000."],
    ['{"type": "array", "minItems": 3, "maxItems": 2}', "More items are required than are allowed."],
    ['{"$ref": "https://example.com/schema"}', "“$ref” must lead to a place in this schema, such as #/$defs/item."],
    ['{"$ref": "#/$defs/none"}', "“$ref” leads to #/$defs/none, and nothing is there."],
    ['{"$ref": "#/%"}', "“$ref” leads to #/%, and nothing is there."],
    ['{"$ref": "#"}', "“$ref” leads back to itself."],
    [
      '{"$ref": "#/$defs/a", "$defs": {"a": {"anyOf": [{"$ref": "#/$defs/b"}]}, "b": {"$ref": "#/$defs/a"}}}',
      "“$ref” leads back to itself.",
    ],
    [
      `{"type": "object", "properties": {${'"a": {"properties": {'.repeat(70)}${"}}".repeat(70)}}}`,
      "It is nested more than 64 levels deep.",
    ],
    [" ".repeat(100_001), "It is longer than 100,000 characters."],
  ])("%.80s", (text, expected) => expect(words(text)).toBe(expected));

  it("that takes far more room as a grammar than it has itself is refused", () => {
    const choices = Array.from({ length: 1500 }, (_, index) => ({ required: [`p${index}`] }));
    const properties = Object.fromEntries(
      Array.from({ length: 1000 }, (_, index) => [`p${index}`, { type: "string" }]),
    );
    expect(read({ properties, anyOf: choices })).toMatchObject({ ok: false, mistake: { reason: "schema-too-large" } });
  });

  it.each<[string, unknown]>([
    ["optional fields first, in the middle, and last", { properties: { a: {}, b: {}, c: {}, d: {} }, required: ["b"] }],
    ["nothing but optional fields", { properties: { a: {}, b: {} } }],
    ["fields of any name", { additionalProperties: { type: "integer" } }],
    [
      "a tree",
      {
        $defs: {
          node: {
            type: "object",
            properties: {
              children: { type: "array", items: { $ref: "#/$defs/node" } },
              next: { $ref: "#/$defs/node" },
            },
          },
        },
        $ref: "#/$defs/node",
      },
    ],
    ["itself", { type: "array", items: { $ref: "#" } }],
    [
      "names that mean something in a grammar",
      {
        properties: {
          'a"b\\c\n\u007f ☃': { enum: ['"', "\\", "\n", "😀", { a: [1, null] }, -0.5e-7] },
          __proto__x: { const: "" },
        },
      },
    ],
    [
      "several parts",
      {
        allOf: [{ $ref: "#/$defs/a" }, { allOf: [{ properties: { b: {} } }] }],
        $defs: { a: { properties: { a: {} }, required: ["a"] } },
      },
    ],
    ["a tuple", { type: "array", prefixItems: [{ type: "string" }, { type: "integer" }], items: false }],
    [
      "a list of 2,000",
      {
        type: "array",
        items: { type: "object", properties: { a: { type: "array", items: {}, maxItems: 30 } } },
        minItems: 1,
        maxItems: 2000,
      },
    ],
    ["a long text", { type: "string", minLength: 1, maxLength: 2000 }],
  ])("becomes a grammar that llama.cpp takes: %s", (_name, schema) => {
    const reading = read(schema);
    expect(reading.ok ? findGrammarMistake(reading.grammar) : reading.mistake).toBeNull();
  });
});
