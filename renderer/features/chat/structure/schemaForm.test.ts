// A form is written as a schema and read again without a loss; what it has no place for stays text.
import fc from "fast-check";
import { expect, it, test } from "vitest";
import { readAnswerSchema } from "../../../../electron/contract/structure/readAnswerSchema";
import { findFormMistake } from "./findFormMistake";
import {
  emptySchemaForm,
  fieldTypes,
  newField,
  readSchemaForm,
  writeSchemaForm,
  type FormField,
  type SchemaForm,
} from "./schemaForm";

function field(name: string, rest: Partial<FormField> = {}): FormField {
  return { ...newField(name), name, ...rest };
}

/** Ids are of the screen. */
function withoutIds(fields: readonly FormField[]): unknown[] {
  return fields.map(({ id: _id, fields: inner, ...rest }) => ({ ...rest, fields: withoutIds(inner) }));
}

// Names of digits alone come first in any object of JavaScript.
const name = fc.string({ minLength: 1, maxLength: 12 }).filter((text) => text.trim() !== "" && !/^\d+$/u.test(text));
const choice = fc.string({ minLength: 1, maxLength: 8 }).map((text) => text.replaceAll("\n", "").trim() || "a");
function fieldsOf(types: readonly (typeof fieldTypes)[number][], depth: number): fc.Arbitrary<FormField[]> {
  const one = fc.record({
    id: fc.uuid(),
    name,
    type: fc.constantFrom(...types),
    isRequired: fc.boolean(),
    description: fc.string({ maxLength: 20 }),
    choices: fc.array(choice, { minLength: 1, maxLength: 4 }).map((values) => values.join("\n")),
    fields: depth === 0 ? fc.constant([]) : fieldsOf(types.slice(0, -1), 0),
    rest: fc.constantFrom({}, { title: "A title" }, { additionalProperties: false }),
  });
  return fc.uniqueArray(one, { maxLength: 5, selector: (row) => row.name }).map((rows) =>
    rows.map((row) => ({
      ...row,
      choices: row.type === "choice" ? row.choices : "",
      fields: row.type === "object" ? row.fields : [],
    })),
  );
}

it("gives back every form that it wrote, and the engine takes the schema", () => {
  fc.assert(
    fc.property(fieldsOf(fieldTypes, 1), (fields) => {
      const form: SchemaForm = { fields, rest: { title: "All" } };
      const text = writeSchemaForm(form);
      const reading = readSchemaForm(text);
      expect(reading.ok && withoutIds(reading.form.fields)).toEqual(withoutIds(fields));
      expect(reading.ok && reading.form.rest).toEqual({ title: "All" });
      expect(findFormMistake(form)).toBeNull();
      expect(readAnswerSchema(text)).toMatchObject({ ok: true, ignored: [] });
    }),
  );
});

it("writes what answers are held to", () => {
  const form: SchemaForm = {
    rest: {},
    fields: [
      field("name", { description: "Of the person" }),
      field("age", { type: "whole", isRequired: false }),
      field("mood", { type: "choice", choices: " good \n\nbad\n" }),
      field("tags", { type: "texts" }),
      field("home", { type: "object", fields: [field("city"), field("")] }),
      field(""),
    ],
  };
  expect(JSON.parse(writeSchemaForm(form))).toEqual({
    type: "object",
    properties: {
      name: { type: "string", description: "Of the person" },
      age: { type: "integer" },
      mood: { type: "string", enum: ["good", "bad"] },
      tags: { type: "array", items: { type: "string" } },
      home: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
    },
    required: ["name", "mood", "tags", "home"],
  });
  expect(writeSchemaForm(emptySchemaForm)).toBe("");
  expect(readSchemaForm(" \n")).toEqual({ ok: true, form: emptySchemaForm });
});

it("keeps the order of names that an object of JavaScript treats in its own way", () => {
  const fields = [field("__proto__"), field("constructor"), field("toString")];
  const reading = readSchemaForm(writeSchemaForm({ fields, rest: {} }));
  expect(reading.ok && reading.form.fields.map((one) => one.name)).toEqual(["__proto__", "constructor", "toString"]);
});

test("two rows of one name, and rows that are not complete, are written so that none is lost", () => {
  const fields = [
    field("a"),
    field("a", { type: "number" }),
    field("", { description: "what?" }),
    field("c", { type: "choice" }),
  ];
  const reading = readSchemaForm(writeSchemaForm({ fields, rest: {} }));
  expect(reading.ok && reading.form.fields.map((one) => [one.name, one.type, one.description])).toEqual([
    ["a", "text", ""],
    ["a 2", "number", ""],
    ["", "text", "what?"],
    ["c", "choice", ""],
  ]);
});

test.each([
  ["{", "The form can’t show this, because it isn’t JSON."],
  ["[]", "The form can’t show this, because it isn’t an object in { }."],
  ['{"type":"array"}', "The form can’t show this, because its “type” isn’t “object”."],
  ['{"anyOf":[]}', "The form can’t show “anyOf”."],
  ['{"additionalProperties":true}', "The form can’t show “additionalProperties”."],
  ['{"required":["a"]}', "The form can’t show this, because “required” names a property that doesn’t exist."],
  ['{"properties":{"a":{"type":"string","minLength":2}}}', "The form can’t show “minLength” of “a”."],
  ['{"properties":{"a":{"type":["string","null"]}}}', "The form can’t show the “type” of “a”."],
  ['{"properties":{"a":{}}}', "The form can’t show “a”, because it has no “type”."],
  ['{"properties":{"a":true}}', "The form can’t show “a”, because it isn’t an object."],
  [
    '{"properties":{"a":{"enum":[1,2]}}}',
    "The form can’t show the “enum” of “a”: each value must be one line of text.",
  ],
  [
    '{"properties":{"a":{"type":"array","items":{"type":"integer"}}}}',
    "The form can’t show “a”: a list must be of texts or of numbers.",
  ],
  [
    '{"properties":{"a":{"type":"object","properties":{"b":{"type":"object"}}}}}',
    "The form can’t show “b”, because it is nested too deeply.",
  ],
])("of %s it says why it is not shown as a form", (text, reason) => {
  expect(readSchemaForm(text)).toEqual({ ok: false, reason });
});

test.each<[string, FormField[], string | null]>([
  ["no rows", [], null],
  ["a row where nothing was typed", [field("a"), field("")], null],
  ["no name", [field("a"), field("", { description: "x" })], "Field 2 needs a name."],
  ["a name twice", [field("a"), field("a")], "There are two fields named “a”."],
  ["no values", [field("a", { type: "choice", choices: " \n" })], "“a” needs values to choose from."],
  [
    "no name in an object",
    [field("a", { type: "object", fields: [field("b"), field("b")] })],
    "There are two fields named “b” in “a”.",
  ],
])("says what is missing: %s", (_what, fields, words) => {
  expect(findFormMistake({ fields, rest: {} })?.words ?? null).toBe(words);
});
