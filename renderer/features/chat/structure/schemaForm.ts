// A simple JSON schema as a form: a list of fields. What the form has no place for is said, so that nothing of a schema is lost.
import { t } from "../../../../electron/words/language";

export const fieldTypes = ["text", "number", "whole", "yes-no", "choice", "texts", "numbers", "object"] as const;
export type FieldType = (typeof fieldTypes)[number];

export interface FormField {
  /** Of this row on screen. */
  readonly id: string;
  readonly name: string;
  readonly type: FieldType;
  readonly isRequired: boolean;
  readonly description: string;
  /** Of a choice: its values as typed, one in each line. Kept while the field has another type. */
  readonly choices: string;
  /** Of an object, likewise; none of them is an object. */
  readonly fields: readonly FormField[];
  /** Keywords that are kept as they are. */
  readonly rest: Keywords;
}

export interface SchemaForm {
  readonly fields: readonly FormField[];
  readonly rest: Keywords;
}

export type SchemaFormReading =
  | { readonly ok: true; readonly form: SchemaForm }
  /** `reason`: one sentence. */
  | { readonly ok: false; readonly reason: string };

type Keywords = Readonly<Record<string, unknown>>;

export const emptySchemaForm: SchemaForm = { fields: [], rest: {} };

/** They change nothing of the form. */
const keptKeywords = ["$schema", "$id", "$comment", "title", "examples"];

export function newField(id: string): FormField {
  return { id, name: "", type: "text", isRequired: true, description: "", choices: "", fields: [], rest: {} };
}

/** A row in which nothing was typed yet. */
export function isBlankField({ name, description, choices, fields }: FormField): boolean {
  return [name, description, choices].every((text) => text.trim() === "") && fields.every(isBlankField);
}

/** The values of a choice. */
export function choicesOf({ choices }: FormField): string[] {
  return choices
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

/** "" for a form without fields. What is not complete yet is written all the same: `readSchemaForm` gives it back. */
export function writeSchemaForm({ fields, rest }: SchemaForm): string {
  const written = fields.filter((field) => !isBlankField(field));
  if (written.length === 0 && Object.keys(rest).length === 0) return "";
  return JSON.stringify({ ...rest, ...objectSchema(written) }, null, 2);
}

export function readSchemaForm(text: string): SchemaFormReading {
  if (text.trim() === "") return { ok: true, form: emptySchemaForm };
  let schema: unknown;
  try {
    schema = JSON.parse(text);
  } catch {
    return { ok: false, reason: t("The form can’t show this, because it isn’t JSON.") };
  }
  try {
    if (!isKeywords(schema))
      throw new NoPlace(t("The form can’t show this, because it isn’t an object in {braces}.", { braces: "{ }" }));
    const { rest, own } = divide(schema);
    const { description } = own;
    return {
      ok: true,
      form: {
        fields: readFields(own, null, ""),
        rest: description === undefined ? rest : { ...rest, description },
      },
    };
  } catch (error) {
    if (error instanceof NoPlace) return { ok: false, reason: error.message };
    throw error;
  }
}

class NoPlace extends Error {}

function objectSchema(fields: readonly FormField[]): Keywords {
  const names = namesWithoutTwins(fields);
  const required = names.filter((_, index) => fields[index]?.isRequired);
  return {
    type: "object",
    properties: Object.fromEntries(fields.map((field, index) => [names[index], fieldSchema(field)])),
    ...(required.length === 0 ? {} : { required }),
  };
}

/** A name that is there already gets a number, as a schema has no place for it twice. */
function namesWithoutTwins(fields: readonly FormField[]): string[] {
  const names: string[] = [];
  for (const { name } of fields) {
    let own = name;
    for (let count = 2; names.includes(own); count++) own = `${name} ${count}`;
    names.push(own);
  }
  return names;
}

function fieldSchema(field: FormField): Keywords {
  const { description, rest } = field;
  return { ...rest, ...typeSchema(field), ...(description === "" ? {} : { description }) };
}

function typeSchema(field: FormField): Keywords {
  switch (field.type) {
    case "text":
      return { type: "string" };
    case "number":
      return { type: "number" };
    case "whole":
      return { type: "integer" };
    case "yes-no":
      return { type: "boolean" };
    case "choice":
      return { type: "string", enum: choicesOf(field) };
    case "texts":
      return { type: "array", items: { type: "string" } };
    case "numbers":
      return { type: "array", items: { type: "number" } };
    case "object":
      return objectSchema(field.fields.filter((inner) => !isBlankField(inner)));
  }
}

/** `own`: what the form shows. */
function divide(schema: Keywords): { rest: Keywords; own: Keywords } {
  const isKept = ([key, value]: [string, unknown]) =>
    keptKeywords.includes(key) || (key === "additionalProperties" && value === false);
  const entries = Object.entries(schema);
  return {
    rest: Object.fromEntries(entries.filter(isKept)),
    own: Object.fromEntries(entries.filter((entry) => !isKept(entry))),
  };
}

/** `outer`: the object's name; null: the schema itself. `idPrefix`: so that rows differ. */
function readFields(object: Keywords, outer: string | null, idPrefix: string): FormField[] {
  const { type = "object", properties = {}, required = [], description, ...others } = object;
  refuseOthers(others, outer);
  if (type !== "object") throw new NoPlace(t("The form can’t show this, because its “type” isn’t “object”."));
  if (description !== undefined && typeof description !== "string")
    throw new NoPlace(t("The form can’t show this, because its “description” isn’t text."));
  if (!isKeywords(properties))
    throw new NoPlace(
      outer === null
        ? t("The form can’t show this, because its “properties” aren’t an object.")
        : t("The form can’t show “{name}”, because its “properties” aren’t an object.", { name: outer }),
    );
  if (!Array.isArray(required) || required.some((name) => typeof name !== "string" || !Object.hasOwn(properties, name)))
    throw new NoPlace(
      outer === null
        ? t("The form can’t show this, because “required” names a property that doesn’t exist.")
        : t("The form can’t show “{name}”, because its “required” names a property that doesn’t exist.", {
            name: outer,
          }),
    );
  return Object.entries(properties).map(([name, schema], index) =>
    readField(name, schema, required.includes(name), `${idPrefix}${index}`),
  );
}

function readField(name: string, schema: unknown, isRequired: boolean, id: string): FormField {
  if (!isKeywords(schema)) throw new NoPlace(t("The form can’t show “{name}”, because it isn’t an object.", { name }));
  const { rest, own } = divide(schema);
  const { description = "" } = own;
  if (typeof description !== "string")
    throw new NoPlace(t("The form can’t show “{name}”, because its “description” isn’t text.", { name }));
  const field = { ...newField(id), name, isRequired, description, rest };
  const { description: _description, ...shape } = own;
  if (shape["enum"] !== undefined) return { ...field, type: "choice", choices: readChoices(shape, name) };
  switch (shape["type"]) {
    case "object": {
      if (id.includes("."))
        throw new NoPlace(t("The form can’t show “{name}”, because it is nested too deeply.", { name }));
      return { ...field, type: "object", fields: readFields(shape, name, `${id}.`) };
    }
    case "array":
      return { ...field, type: readListType(shape, name) };
    case "string":
    case "number":
    case "integer":
    case "boolean": {
      const { type, ...others } = shape;
      refuseOthers(others, name);
      return {
        ...field,
        type: type === "string" ? "text" : type === "integer" ? "whole" : type === "number" ? type : "yes-no",
      };
    }
    case undefined:
      throw new NoPlace(t("The form can’t show “{name}”, because it has no “type”.", { name }));
    default:
      throw new NoPlace(t("The form can’t show the “type” of “{name}”.", { name }));
  }
}

function readChoices({ type = "string", enum: values, ...others }: Keywords, name: string): string {
  refuseOthers(others, name);
  const isSimple = (value: unknown) =>
    typeof value === "string" && value !== "" && value === value.trim() && !value.includes("\n");
  if (type !== "string" || !Array.isArray(values) || !values.every(isSimple))
    throw new NoPlace(t("The form can’t show the “enum” of “{name}”: each value must be one line of text.", { name }));
  return values.join("\n");
}

function readListType({ type: _array, items, ...others }: Keywords, name: string): FieldType {
  refuseOthers(others, name);
  const { type, ...more }: Keywords = isKeywords(items) ? items : {};
  refuseOthers(more, `${name}.items`);
  if (type === "string") return "texts";
  if (type === "number") return "numbers";
  throw new NoPlace(t("The form can’t show “{name}”: a list must be of texts or of numbers.", { name }));
}

function refuseOthers(others: Keywords, outer: string | null): void {
  const [keyword] = Object.keys(others);
  if (keyword === undefined) return;
  throw new NoPlace(
    outer === null
      ? t("The form can’t show “{keyword}”.", { keyword })
      : t("The form can’t show “{keyword}” of “{name}”.", { keyword, name: outer }),
  );
}

function isKeywords(value: unknown): value is Keywords {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
