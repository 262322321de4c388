// Asks for another name of something that is listed: a model, a fine-tune.
import { useState } from "react";
import { t } from "../../../electron/words/language";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { DialogHeader } from "../../ui/DialogHeader";
import styles from "./ModelDialog.module.css";

interface RenameDialogProps {
  readonly title: string;
  readonly name: string;
  readonly maxCharacters: number;
  /** What the name is good for, and what stays. */
  readonly note: string;
  /** Trimmed, not empty, and another than before. */
  readonly onRename: (name: string) => void;
  readonly onClose: () => void;
}

export function RenameDialog({ title, name: before, maxCharacters, note, onRename, onClose }: RenameDialogProps) {
  const [name, setName] = useState(before);
  const trimmed = name.trim();
  return (
    <Dialog label={title} onClose={onClose}>
      <DialogHeader title={title} onClose={onClose} />
      <form
        className={styles.content}
        onSubmit={(event) => {
          event.preventDefault();
          if (trimmed === "") return;
          if (trimmed !== before) onRename(trimmed);
          onClose();
        }}
      >
        <input
          type="text"
          className={styles.field}
          aria-label={t("Name")}
          data-first-focus
          maxLength={maxCharacters}
          value={name}
          onFocus={({ target }) => target.select()}
          onChange={({ target }) => setName(target.value)}
        />
        <p>{note}</p>
        <div className={styles.actions}>
          <Button onClick={onClose}>{t("Cancel")}</Button>
          <Button type="submit" look="primary" disabled={trimmed === ""}>
            {t("Rename")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
