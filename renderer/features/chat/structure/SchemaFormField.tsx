// One field of a schema: its name, its type, whether an answer must have it, and what it is for.
import { ArrowDown, ArrowUp, X } from "lucide-react";
import type { KeyboardEvent, ReactNode } from "react";
import { MAX_STRUCTURE_CHARACTERS } from "../../../../electron/contract/sampling";
import { useApp } from "../../../app/appStore";
import { formatChord } from "../../../app/keyChord";
import { IconButton } from "../../../ui/IconButton";
import { useChat } from "../chatStore";
import { draftKey } from "../composer/draft";
import { ownLimits } from "../textField/chatLimits";
import { TextField } from "../textField/TextField";
import type { FormMistake } from "./findFormMistake";
import { fieldTypes, type FieldType, type FormField } from "./schemaForm";
import styles from "./SchemaForm.module.css";
import { t } from "../../../../electron/words/language";

const MAX_NAME_CHARACTERS = 200;
const MAX_DESCRIPTION_CHARACTERS = 1000;

const typeNames: Readonly<Record<FieldType, () => string>> = {
  text: () => t("Text"),
  number: () => t("Number"),
  whole: () => t("Whole number"),
  "yes-no": () => t("Yes or no"),
  choice: () => t("Choice"),
  texts: () => t("List of texts"),
  numbers: () => t("List of numbers"),
  object: () => t("Object"),
};

interface SchemaFormFieldProps {
  readonly field: FormField;
  /** "2", or "2.1" of a field in the second one. */
  readonly number: string;
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
  const { field, number, isFirst, isLast, canNest, mistake, wordsId, onChange, onMove, onRemove, children } = props;
  const chat = useChat(draftKey);
  const platform = useApp((state) => state.platform);
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
          aria-label={t("Field {number}, name", { number })}
          placeholder={t("Name")}
          maxLength={MAX_NAME_CHARACTERS}
          spellCheck={false}
          autoComplete="off"
          value={field.name}
          {...saying("name")}
          onChange={({ target }) => onChange({ name: target.value })}
        />
        <select
          className={styles.type}
          aria-label={t("Field {number}, type", { number })}
          value={field.type}
          onChange={({ target }) => onChange({ type: fieldTypes.find((type) => type === target.value) ?? field.type })}
        >
          {fieldTypes
            .filter((type) => canNest || type !== "object")
            .map((type) => (
              <option key={type} value={type}>
                {typeNames[type]()}
              </option>
            ))}
        </select>
      </div>
      <input
        className={styles.description}
        aria-label={t("Field {number}, description", { number })}
        placeholder={t("Description")}
        maxLength={MAX_DESCRIPTION_CHARACTERS}
        value={field.description}
        onChange={({ target }) => onChange({ description: target.value })}
      />
      {field.type === "choice" && (
        <TextField
          owner={`${chat} ${field.id}`}
          limits={() => ownLimits(MAX_STRUCTURE_CHARACTERS)}
          aria-label={t("Field {number}, values", { number })}
          placeholder={t("One value per line")}
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
            aria-label={t("Field {number}, required", { number })}
            checked={field.isRequired}
            onChange={({ target }) => onChange({ isRequired: target.checked })}
          />
          {t("Required")}
        </label>
        <IconButton
          className={styles.action}
          name={t("Move field {number} up", { number })}
          keys={formatChord("Alt+ArrowUp", platform)}
          icon={<ArrowUp size={14} />}
          aria-disabled={isFirst}
          onClick={() => onMove(-1)}
        />
        <IconButton
          className={styles.action}
          name={t("Move field {number} down", { number })}
          keys={formatChord("Alt+ArrowDown", platform)}
          icon={<ArrowDown size={14} />}
          aria-disabled={isLast}
          onClick={() => onMove(1)}
        />
        <IconButton
          className={styles.action}
          name={t("Remove field {number}", { number })}
          icon={<X size={14} />}
          data-remove
          onClick={onRemove}
        />
      </div>
    </li>
  );
}
