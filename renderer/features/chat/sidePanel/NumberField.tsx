// A number that is typed: takes hold on Enter or when the field is left, and goes back when it is no number.
import { useState } from "react";
import { formatNumber } from "../../../../electron/words/quantities";
import { NumberInput } from "../../../ui/NumberInput";
import styles from "./NumberField.module.css";

interface NumberFieldProps<Value extends number | undefined> {
  readonly label: string;
  readonly value: Value;
  readonly placeholder?: string;
  readonly wide?: boolean;
  /** Null = not a value: the old one stays. */
  readonly parse: (text: string) => Value | null;
  readonly onChange: (value: Value) => void;
}

export function NumberField<Value extends number | undefined>(props: NumberFieldProps<Value>) {
  const { label, value, placeholder, wide = false, parse, onChange } = props;
  const shown = value === undefined ? "" : formatNumber(value);
  /** Null while nobody types: then the field follows the value. */
  const [typed, setTyped] = useState<string | null>(null);

  const finish = () => {
    const parsed = typed === null ? null : parse(typed);
    setTyped(null);
    if (parsed !== null && parsed !== value) onChange(parsed);
  };

  return (
    <NumberInput
      className={styles.field}
      data-wide={wide || undefined}
      aria-label={label}
      placeholder={placeholder}
      value={typed ?? shown}
      onChange={setTyped}
      onFocus={(event) => event.target.select()}
      onBlur={finish}
      onKeyDown={(event) => {
        if (event.key !== "Enter") return;
        event.preventDefault();
        finish();
      }}
    />
  );
}
