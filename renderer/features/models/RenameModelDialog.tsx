// Another name for a model, for people; the file keeps its own.
import { useState } from "react";
import type { ModelDetails } from "../../../electron/contract/model";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { DialogHeader } from "../../ui/DialogHeader";
import { renameModel } from "./installed";
import styles from "./ModelDialog.module.css";

interface RenameModelDialogProps {
  readonly details: ModelDetails;
  readonly onClose: () => void;
}

const MAX_NAME_CHARACTERS = 120;

export function RenameModelDialog({ details: { model }, onClose }: RenameModelDialogProps) {
  const [name, setName] = useState(model.name);
  const trimmed = name.trim();
  return (
    <Dialog label="Rename the model" onClose={onClose}>
      <DialogHeader title="Rename the model" onClose={onClose} />
      <form
        className={styles.content}
        onSubmit={(event) => {
          event.preventDefault();
          if (trimmed === "") return;
          if (trimmed !== model.name) void renameModel(model.id, trimmed);
          onClose();
        }}
      >
        <input
          type="text"
          className={styles.field}
          aria-label="Name"
          data-first-focus
          maxLength={MAX_NAME_CHARACTERS}
          value={name}
          onFocus={({ target }) => target.select()}
          onChange={({ target }) => setName(target.value)}
        />
        <p>Only Facet uses this name. The file stays {model.fileName}.</p>
        <div className={styles.actions}>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={trimmed === ""}>
            Rename
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
