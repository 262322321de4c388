// Copies a text and says so for a moment.
import { Check, Copy } from "lucide-react";
import { useEffect, useState, type ReactNode } from "react";
import { callOrNotify } from "../../../app/bridge";
import styles from "./CopyButton.module.css";
import { t } from "../../../../electron/words/language";

const COPIED_SHOWN_MS = 1600;

export interface CopyButtonProps {
  /** Asked when the button is pressed. */
  readonly text: (button: HTMLElement) => string;
  readonly label: string;
  /** Shows the word "Copy" beside the icon. */
  readonly words?: boolean;
}

export function CopyButton({ text, label, words = false }: CopyButtonProps): ReactNode {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return undefined;
    const timer = setTimeout(() => setCopied(false), COPIED_SHOWN_MS);
    return () => clearTimeout(timer);
  }, [copied]);

  async function copy(button: HTMLElement): Promise<void> {
    const done = await callOrNotify("app.copyText", { text: text(button) });
    if (done !== null) setCopied(true);
  }

  const Icon = copied ? Check : Copy;
  return (
    <button
      type="button"
      className={words ? styles.withWords : styles.iconOnly}
      aria-label={copied ? t("Copied") : label}
      title={words ? undefined : label}
      onClick={(event) => void copy(event.currentTarget)}
    >
      <Icon size={words ? 13 : 14} strokeWidth={1.75} aria-hidden />
      {words ? <span>{copied ? t("Copied") : t("Copy@@verb")}</span> : null}
    </button>
  );
}
