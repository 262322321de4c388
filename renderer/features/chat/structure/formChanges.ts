// What the user does to the list of fields in a schema's form.
import { newField, type FormField, type SchemaForm } from "./schemaForm";

/** Where a list of fields is: the form's own, or that of an object, by its id. */
export type ListPlace = string | null;

export function addField(form: SchemaForm, place: ListPlace, id: string): SchemaForm {
  return inList(form, place, (fields) => [...fields, newField(id)]);
}

export function changeField(
  form: SchemaForm,
  place: ListPlace,
  id: string,
  change: Partial<Omit<FormField, "id">>,
): SchemaForm {
  return inList(form, place, (fields) => fields.map((field) => (field.id === id ? { ...field, ...change } : field)));
}

export function removeField(form: SchemaForm, place: ListPlace, id: string): SchemaForm {
  return inList(form, place, (fields) => fields.filter((field) => field.id !== id));
}

/** The first does not move up, nor the last down. */
export function moveField(form: SchemaForm, place: ListPlace, id: string, step: -1 | 1): SchemaForm {
  return inList(form, place, (fields) => {
    const from = fields.findIndex((field) => field.id === id);
    const moved = fields[from];
    const to = from + step;
    if (moved === undefined || to < 0 || to >= fields.length) return fields;
    return fields.toSpliced(from, 1).toSpliced(to, 0, moved);
  });
}

function inList(
  form: SchemaForm,
  place: ListPlace,
  change: (fields: readonly FormField[]) => readonly FormField[],
): SchemaForm {
  if (place === null) return { ...form, fields: change(form.fields) };
  const fields = form.fields.map((field) => (field.id === place ? { ...field, fields: change(field.fields) } : field));
  return { ...form, fields };
}
