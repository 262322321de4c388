// One field of a schema: its name, its type, whether an answer must have it, and what it is for.
import { ArrowDown, ArrowUp, X } from "lucide-react";
import type { KeyboardEvent, ReactNode } from "react";
import { MAX_STRUCTURE_CHARACTERS } from "../../../../electron/contract/sampling";
import { IconButton } from "../../../ui/IconButton";
import { useChat } from "../chatStore";
import { draftKey } from "../composer/draft";
import { ownLimits } from "../textField/chatLimits";
import { TextField } from "../textField/TextField";
import type { FormMistake } from "./findFormMistake";
import { fieldTypes, type FieldType, type FormField } from "./schemaForm";
import styles from "./SchemaForm.module.css";

const MAX_NAME_CHARACTERS = 200;
const MAX_DESCRIPTION_CHARACTERS = 1000;

const typeNames: Readonly<Record<FieldType, string>> = {
  text: "Text",
  number: "Number",
  whole: "Whole number",
  "yes-no": "Yes or no",
  choice: "Choice",
  texts: "List of texts",
  numbers: "List of numbers",
  object: "Object",
};

interface SchemaFormFieldProps {
  readonly field: FormField;
  /** "Field 2". */
  readonly label: string;
  readonly isFirst: boolean;
  readonly isLast: boolean;
  /** Whether it may be an object. */
  readonly canNest: boolean;
  readonly mistake: FormMistake | null;
  readonly wordsId: string;
  readonly onChange: (change: Partial<FormField>) => void;
  readonly onMove: (step: -1 | 1) => void;
  readonly onRemove: () => void;
  /** The fields of an object. */
  readonly children: ReactNode;
}

export function SchemaFormField(props: SchemaFormFieldProps): ReactNode {
  const { field, label, isFirst, isLast, canNest, mistake, wordsId, onChange, onMove, onRemove, children } = props;
  const chat = useChat(draftKey);
  const saying = (part: FormMistake["part"]) =>
    mistake?.part === part ? { "aria-invalid": true, "aria-describedby": wordsId } : {};

  function pressKey(event: KeyboardEvent): void {
    if (!event.altKey || event.defaultPrevented || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
    event.preventDefault();
    onMove(event.key === "ArrowUp" ? -1 : 1);
  }

  return (
    // The keys of what is in it.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <li className={styles.field} data-field={field.id} onKeyDown={pressKey}>
      <div className={styles.line}>
        <input
          className={styles.name}
          aria-label={`${label}, name`}
          placeholder="Name"
          maxLength={MAX_NAME_CHARACTERS}
          spellCheck={false}
          autoComplete="off"
          value={field.name}
          {...saying("name")}
          onChange={({ target }) => onChange({ name: target.value })}
        />
        <select
          className={styles.type}
          aria-label={`${label}, type`}
          value={field.type}
          onChange={({ target }) => onChange({ type: fieldTypes.find((type) => type === target.value) ?? field.type })}
        >
          {fieldTypes
            .filter((type) => canNest || type !== "object")
            .map((type) => (
              <option key={type} value={type}>
                {typeNames[type]}
              </option>
            ))}
        </select>
      </div>
      <input
        className={styles.description}
        aria-label={`${label}, description`}
        placeholder="Description"
        maxLength={MAX_DESCRIPTION_CHARACTERS}
        value={field.description}
        onChange={({ target }) => onChange({ description: target.value })}
      />
      {field.type === "choice" && (
        <TextField
          owner={`${chat} ${field.id}`}
          limits={() => ownLimits("list of values", MAX_STRUCTURE_CHARACTERS)}
          aria-label={`${label}, values`}
          placeholder="One value in each line"
          rows={3}
          spellCheck={false}
          value={field.choices}
          {...saying("choices")}
          onChange={(choices) => onChange({ choices })}
        />
      )}
      {children}
      <div className={styles.line}>
        <label className={styles.required}>
          <input
            type="checkbox"
            aria-label={`${label}, required`}
            checked={field.isRequired}
            onChange={({ target }) => onChange({ isRequired: target.checked })}
          />
          Required
        </label>
        <IconButton
          className={styles.action}
          name={`Move ${label.toLowerCase()} up`}
          keys="Alt ↑"
          icon={<ArrowUp size={14} />}
          aria-disabled={isFirst}
          onClick={() => onMove(-1)}
        />
        <IconButton
          className={styles.action}
          name={`Move ${label.toLowerCase()} down`}
          keys="Alt ↓"
          icon={<ArrowDown size={14} />}
          aria-disabled={isLast}
          onClick={() => onMove(1)}
        />
        <IconButton
          className={styles.action}
          name={`Remove ${label.toLowerCase()}`}
          icon={<X size={14} />}
          data-remove
          onClick={onRemove}
        />
      </div>
    </li>
  );
}
