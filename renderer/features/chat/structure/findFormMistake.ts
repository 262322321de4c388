// What is missing in a schema's form before answers can be held to it.
import { choicesOf, isBlankField, type FormField, type SchemaForm } from "./schemaForm";

export interface FormMistake {
  /** The row that it is about. */
  readonly fieldId: string;
  readonly part: "name" | "choices";
  /** One sentence. */
  readonly words: string;
}

/** The first one; null: none. */
export function findFormMistake({ fields }: SchemaForm): FormMistake | null {
  return findIn(fields, "");
}

/** `where`: behind the words for a field. */
function findIn(fields: readonly FormField[], where: string): FormMistake | null {
  const names = new Set<string>();
  for (const [index, field] of fields.entries()) {
    const { id, name, type } = field;
    if (isBlankField(field)) continue;
    if (name.trim() === "") return { fieldId: id, part: "name", words: `Field ${index + 1}${where} needs a name.` };
    if (names.has(name)) return { fieldId: id, part: "name", words: `“${name}” is there twice${where}.` };
    names.add(name);
    if (type === "choice" && choicesOf(field).length === 0)
      return { fieldId: id, part: "choices", words: `“${name}”${where} needs values to choose from.` };
    const inner = type === "object" ? findIn(field.fields, ` in “${name}”`) : null;
    if (inner !== null) return inner;
  }
  return null;
}
