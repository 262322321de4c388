// At the message field: something that is on or off from the next message on.
import type { ReactNode } from "react";
import styles from "./ComposerSwitch.module.css";
import { richText } from "../../../ui/richText";

interface ComposerSwitchProps {
  readonly name: string;
  /** Seen where there is little room for the name. */
  readonly shortName?: string;
  readonly icon: ReactNode;
  readonly isOn: boolean;
  readonly onChange: (isOn: boolean) => void;
}

const tags = {
  label: (text: ReactNode) => <span className={styles.name}>{text}</span>,
  b: (text: ReactNode) => <b>{text}</b>,
};

export function ComposerSwitch({ name, shortName = name, icon, isOn, onChange }: ComposerSwitchProps): ReactNode {
  const values = { name: shortName };
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
        {isOn
          ? richText("<label>{name}</label> <b>on</b>", tags, values)
          : richText("<label>{name}</label> <b>off</b>", tags, values)}
      </span>
    </button>
  );
}
