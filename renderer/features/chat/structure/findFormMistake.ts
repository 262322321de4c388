// What is missing in a schema's form before answers can be held to it.
import { choicesOf, isBlankField, type FormField, type SchemaForm } from "./schemaForm";
import { t } from "../../../../electron/words/language";
import { formatCount } from "../../../../electron/words/quantities";

export interface FormMistake {
  /** The row that it is about. */
  readonly fieldId: string;
  readonly part: "name" | "choices";
  /** One sentence. */
  readonly words: string;
}

/** The first one; null: none. */
export function findFormMistake({ fields }: SchemaForm): FormMistake | null {
  return findIn(fields, null);
}

/** `outer`: the name of the object that these are the fields of. */
function findIn(fields: readonly FormField[], outer: string | null): FormMistake | null {
  const names = new Set<string>();
  for (const [index, field] of fields.entries()) {
    const { id, name, type } = field;
    if (isBlankField(field)) continue;
    if (name.trim() === "") return { fieldId: id, part: "name", words: namelessWords(index + 1, outer) };
    if (names.has(name)) return { fieldId: id, part: "name", words: twiceWords(name, outer) };
    names.add(name);
    if (type === "choice" && choicesOf(field).length === 0)
      return { fieldId: id, part: "choices", words: valuelessWords(name, outer) };
    const inner = type === "object" ? findIn(field.fields, name) : null;
    if (inner !== null) return inner;
  }
  return null;
}

function namelessWords(position: number, outer: string | null): string {
  const number = formatCount(position);
  return outer === null
    ? t("Field {number} needs a name.", { number })
    : t("Field {number} in “{outer}” needs a name.", { number, outer });
}

function twiceWords(name: string, outer: string | null): string {
  return outer === null
    ? t("There are two fields named “{name}”.", { name })
    : t("There are two fields named “{name}” in “{outer}”.", { name, outer });
}

function valuelessWords(name: string, outer: string | null): string {
  return outer === null
    ? t("“{name}” needs values to choose from.", { name })
    : t("“{name}” in “{outer}” needs values to choose from.", { name, outer });
}
