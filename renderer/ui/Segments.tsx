// One of a few, side by side: radio buttons in one rail. Stands in a fieldset, whose legend names it.
import { useId, type ReactNode } from "react";
import styles from "./Segments.module.css";

interface SegmentsProps<Value extends string> {
  readonly value: Value;
  readonly choices: readonly (readonly [value: Value, words: string])[];
  /** Seen, and cannot be chosen now. */
  readonly isDisabled?: (value: Value) => boolean;
  readonly onChange: (value: Value) => void;
}

export function Segments<Value extends string>(props: SegmentsProps<Value>): ReactNode {
  const { value, choices, isDisabled = () => false, onChange } = props;
  const name = useId();
  return (
    <div className={styles.rail}>
      {choices.map(([choice, words]) => (
        <label key={choice} className={styles.choice}>
          <input
            type="radio"
            name={name}
            value={choice}
            checked={choice === value}
            disabled={isDisabled(choice)}
            onChange={() => onChange(choice)}
          />
          {words}
        </label>
      ))}
    </div>
  );
}
