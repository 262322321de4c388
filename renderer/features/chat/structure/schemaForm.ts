// A simple JSON schema as a form: a list of fields. What the form has no place for is said, so that nothing of a schema is lost.

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
    return { ok: false, reason: "The form shows a schema when it is JSON." };
  }
  try {
    if (!isKeywords(schema)) throw new NoPlace("The form shows a schema when it is an object, in { }.");
    const { rest, own } = divide(schema);
    const { description } = own;
    return {
      ok: true,
      form: {
        fields: readFields(own, "the schema", ""),
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

/** `where`: the object, in words. `idPrefix`: so that rows differ. */
function readFields(object: Keywords, where: string, idPrefix: string): FormField[] {
  const { type = "object", properties = {}, required = [], description, ...others } = object;
  refuseOthers(others, where);
  if (type !== "object") throw new NoPlace(`The form shows an object: “type” of ${where} is another one.`);
  if (description !== undefined && typeof description !== "string")
    throw new NoPlace(`The form has no place for “description” of ${where}, which is no text.`);
  if (!isKeywords(properties)) throw new NoPlace(`“properties” of ${where} is no object.`);
  if (!Array.isArray(required) || required.some((name) => typeof name !== "string" || !Object.hasOwn(properties, name)))
    throw new NoPlace(`“required” of ${where} names what is not among its properties.`);
  return Object.entries(properties).map(([name, schema], index) =>
    readField(name, schema, required.includes(name), `${idPrefix}${index}`),
  );
}

function readField(name: string, schema: unknown, isRequired: boolean, id: string): FormField {
  const where = `“${name}”`;
  if (!isKeywords(schema)) throw new NoPlace(`The form has no place for ${where}, which is no object.`);
  const { rest, own } = divide(schema);
  const { description = "" } = own;
  if (typeof description !== "string")
    throw new NoPlace(`The form has no place for “description” of ${where}, which is no text.`);
  const field = { ...newField(id), name, isRequired, description, rest };
  const { description: _description, ...shape } = own;
  if (shape["enum"] !== undefined) return { ...field, type: "choice", choices: readChoices(shape, where) };
  switch (shape["type"]) {
    case "object": {
      if (id.includes(".")) throw new NoPlace(`The form has no place for ${where}, an object in an object in another.`);
      return { ...field, type: "object", fields: readFields(shape, where, `${id}.`) };
    }
    case "array":
      return { ...field, type: readListType(shape, where) };
    case "string":
    case "number":
    case "integer":
    case "boolean": {
      const { type, ...others } = shape;
      refuseOthers(others, where);
      return {
        ...field,
        type: type === "string" ? "text" : type === "integer" ? "whole" : type === "number" ? type : "yes-no",
      };
    }
    case undefined:
      throw new NoPlace(`The form has no place for ${where}, which has no “type”.`);
    default:
      throw new NoPlace(`The form has no place for the “type” of ${where}.`);
  }
}

function readChoices({ type = "string", enum: values, ...others }: Keywords, where: string): string {
  refuseOthers(others, where);
  const isSimple = (value: unknown) =>
    typeof value === "string" && value !== "" && value === value.trim() && !value.includes("\n");
  if (type !== "string" || !Array.isArray(values) || !values.every(isSimple))
    throw new NoPlace(`The form has no place for the “enum” of ${where}: it takes texts of one line.`);
  return values.join("\n");
}

function readListType({ type: _array, items, ...others }: Keywords, where: string): FieldType {
  refuseOthers(others, where);
  const { type, ...more }: Keywords = isKeywords(items) ? items : {};
  refuseOthers(more, `the items of ${where}`);
  if (type === "string") return "texts";
  if (type === "number") return "numbers";
  throw new NoPlace(`The form has no place for ${where}: its lists are of texts or of numbers.`);
}

function refuseOthers(others: Keywords, where: string): void {
  const [key] = Object.keys(others);
  if (key !== undefined) throw new NoPlace(`The form has no place for “${key}” of ${where}.`);
}

function isKeywords(value: unknown): value is Keywords {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
