// A number that is typed: takes hold on Enter or when the field is left, and goes back when it is no number.
import { useEffect, useState } from "react";
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
  const shown = value === undefined ? "" : String(value);
  const [text, setText] = useState(shown);
  useEffect(() => setText(shown), [shown]);

  const finish = () => {
    const parsed = parse(text);
    if (parsed === null || parsed === value) setText(shown);
    else onChange(parsed);
  };

  return (
    <input
      className={styles.field}
      data-wide={wide || undefined}
      inputMode="decimal"
      aria-label={label}
      placeholder={placeholder}
      value={text}
      onChange={(event) => setText(event.target.value)}
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
