// A setting that is on or off, with its name and one sentence on what it does.
import { type ReactNode, useId } from "react";
import styles from "./Switch.module.css";

interface SwitchProps {
  readonly name: string;
  readonly words: string;
  readonly on: boolean;
  readonly onChange: (on: boolean) => void;
  /** Shown below the words: what belongs to the setting. */
  readonly children?: ReactNode;
}

export function Switch({ name, words, on, onChange, children }: SwitchProps) {
  const id = useId();
  return (
    <div className={styles.row}>
      <input
        type="checkbox"
        role="switch"
        id={id}
        className={styles.switch}
        aria-describedby={`${id}-words`}
        aria-checked={on}
        checked={on}
        onChange={({ target }) => onChange(target.checked)}
      />
      <div className={styles.text}>
        <label htmlFor={id}>{name}</label>
        <p id={`${id}-words`}>{words}</p>
        {children}
      </div>
    </div>
  );
}
