// A control token, set off from text.
import styles from "./ControlToken.module.css";
import { t } from "../../../electron/words/language";

interface ControlTokenProps {
  readonly text: string;
  readonly id?: number;
}

export function ControlToken({ text, id }: ControlTokenProps) {
  return (
    <code
      className={styles.token}
      dir="ltr"
      translate="no"
      {...(id === undefined ? {} : { title: t("Token {id}", { id: String(id) }) })}
    >
      {text}
    </code>
  );
}
