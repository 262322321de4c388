// Title line of a dialog with the button that closes it.
import { X } from "lucide-react";
import styles from "./DialogHeader.module.css";
import { t } from "../../electron/words/language";

export function DialogHeader({ title, onClose }: { readonly title: string; readonly onClose: () => void }) {
  return (
    <header className={styles.header}>
      <h2>{title}</h2>
      <button type="button" aria-label={t("Close@@verb")} className={styles.close} onClick={onClose}>
        <X size={16} />
      </button>
    </header>
  );
}
