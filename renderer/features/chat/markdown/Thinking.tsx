// The thoughts of a reasoning model: closed, quiet, one press away.
import { ChevronRight } from "lucide-react";
import { useState, type ReactNode } from "react";
import { Markdown } from "./Markdown";
import styles from "./Thinking.module.css";

export interface ThinkingProps {
  readonly text: string;
  readonly ended: boolean;
}

export function Thinking({ text, ended }: ThinkingProps): ReactNode {
  const [open, setOpen] = useState(false);
  return (
    <div className={styles.thinking}>
      <button type="button" className={styles.toggle} aria-expanded={open} onClick={() => setOpen(!open)}>
        <ChevronRight size={13} strokeWidth={2} aria-hidden className={open ? styles.chevronOpen : styles.chevron} />
        {ended ? "Thinking" : "Thinking …"}
      </button>
      {open ? (
        <div className={styles.text}>
          <Markdown text={text} growing={!ended} />
        </div>
      ) : null}
    </div>
  );
}
