// The fields of a schema, or of an object in it: added, removed, and moved with the buttons or with Alt and the arrow keys.
import { Plus } from "lucide-react";
import { useRef, useState, type ReactNode } from "react";
import { flushSync } from "react-dom";
import { Button } from "../../../ui/Button";
import type { FormMistake } from "./findFormMistake";
import { addField, changeField, moveField, removeField, type ListPlace } from "./formChanges";
import { SchemaFormField } from "./SchemaFormField";
import styles from "./SchemaForm.module.css";
import type { SchemaForm } from "./schemaForm";
import { t } from "../../../../electron/words/language";
import { formatCount } from "../../../../electron/words/quantities";

/** More do not become a form that can be used. */
const MAX_FIELDS = 100;

export interface SchemaFormFieldsProps {
  readonly form: SchemaForm;
  /** null: the form's own list; else that of an object. */
  readonly place?: ListPlace;
  /** Of the object that these are the fields of. */
  readonly outerNumber?: string;
  readonly mistake: FormMistake | null;
  /** Of what is said about the form. */
  readonly wordsId: string;
  readonly onChange: (form: SchemaForm) => void;
}

export function SchemaFormFields(props: SchemaFormFieldsProps): ReactNode {
  const { form, place = null, outerNumber, mistake, wordsId, onChange } = props;
  const list = useRef<HTMLUListElement>(null);
  const addButton = useRef<HTMLButtonElement>(null);
  const [moved, setMoved] = useState("");
  const fields = place === null ? form.fields : (form.fields.find(({ id }) => id === place)?.fields ?? []);

  function add(): void {
    const id = crypto.randomUUID();
    flushSync(() => onChange(addField(form, place, id)));
    list.current?.querySelector<HTMLElement>(`[data-field="${id}"] input`)?.focus();
  }

  function move(id: string, step: -1 | 1): void {
    const focused = document.activeElement;
    const to = fields.findIndex((field) => field.id === id) + step;
    if (to < 0 || to >= fields.length) return;
    flushSync(() => onChange(moveField(form, place, id, step)));
    setMoved(t("Now {position} of {count}", { position: formatCount(to + 1), count: formatCount(fields.length) }));
    // An element that is moved in the page loses the focus.
    if (focused instanceof HTMLElement) focused.focus();
  }

  function remove(id: string): void {
    const index = fields.findIndex((field) => field.id === id);
    const next = fields[index + 1] ?? fields[index - 1];
    flushSync(() => onChange(removeField(form, place, id)));
    if (next === undefined) addButton.current?.focus();
    else list.current?.querySelector<HTMLElement>(`[data-field="${next.id}"] [data-remove]`)?.focus();
  }

  const numberOf = (index: number) => (outerNumber === undefined ? `${index + 1}` : `${outerNumber}.${index + 1}`);
  return (
    <div className={styles.fields}>
      {fields.length > 0 && (
        <ul
          ref={list}
          className={styles.list}
          aria-label={outerNumber === undefined ? t("Fields") : t("Fields of field {number}", { number: outerNumber })}
        >
          {fields.map((field, index) => (
            <SchemaFormField
              key={field.id}
              field={field}
              number={numberOf(index)}
              isFirst={index === 0}
              isLast={index === fields.length - 1}
              canNest={place === null}
              mistake={mistake?.fieldId === field.id ? mistake : null}
              wordsId={wordsId}
              onChange={(change) => onChange(changeField(form, place, field.id, change))}
              onMove={(step) => move(field.id, step)}
              onRemove={() => remove(field.id)}
            >
              {place === null && field.type === "object" && (
                <SchemaFormFields
                  form={form}
                  place={field.id}
                  outerNumber={numberOf(index)}
                  mistake={mistake}
                  wordsId={wordsId}
                  onChange={onChange}
                />
              )}
            </SchemaFormField>
          ))}
        </ul>
      )}
      {fields.length < MAX_FIELDS && (
        <Button ref={addButton} look="quiet" className={styles.add} onClick={add}>
          <Plus size={14} aria-hidden />
          {place === null ? t("Add a field") : t("Add a field to this object")}
        </Button>
      )}
      <output className="visually-hidden">{moved}</output>
    </div>
  );
}
