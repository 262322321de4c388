// A whole number that may be left empty.
import { NumberField } from "./NumberField";
import styles from "./OptionalNumberField.module.css";
import { parseFieldValue } from "./samplingFields";
import { t } from "../../../../electron/words/language";

interface OptionalNumberFieldProps {
  readonly name: string;
  readonly unit?: string;
  readonly hint?: string;
  /** What holds while it is empty. */
  readonly placeholder: string;
  readonly min: number;
  readonly max: number;
  readonly value: number | undefined;
  readonly onChange: (value: number | undefined) => void;
}

export function OptionalNumberField(props: OptionalNumberFieldProps) {
  const { name, unit, hint, placeholder, min, max, value, onChange } = props;
  return (
    <div className={styles.field}>
      <div className={styles.line}>
        <span className={styles.name}>
          {name}
          {unit !== undefined && <small>{unit}</small>}
        </span>
        <NumberField
          label={unit === undefined ? name : t("{name}, {unit}", { name, unit })}
          wide
          value={value}
          placeholder={placeholder}
          parse={(text) => (text.trim() === "" ? undefined : parseFieldValue(text, { min, max, step: 1 }))}
          onChange={onChange}
        />
      </div>
      {hint !== undefined && <p className={styles.hint}>{hint}</p>}
    </div>
  );
}
