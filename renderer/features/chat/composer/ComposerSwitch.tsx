// At the message field: something that is on or off from the next message on.
import type { ReactNode } from "react";
import styles from "./ComposerSwitch.module.css";

interface ComposerSwitchProps {
  readonly name: string;
  /** Seen where there is little room for the name. */
  readonly shortName?: string;
  readonly icon: ReactNode;
  readonly isOn: boolean;
  readonly onChange: (isOn: boolean) => void;
}

export function ComposerSwitch({ name, shortName = name, icon, isOn, onChange }: ComposerSwitchProps): ReactNode {
  return (
    <button
      type="button"
      role="switch"
      aria-checked={isOn}
      aria-label={name}
      className={styles.button}
      data-on={isOn || undefined}
      onClick={() => onChange(!isOn)}
    >
      {icon}
      <span>
        <span className={styles.name}>{shortName}</span> <b>{isOn ? "on" : "off"}</b>
      </span>
    </button>
  );
}
