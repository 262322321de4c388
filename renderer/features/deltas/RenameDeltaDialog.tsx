// Another name for a fine-tune, for people; answers that it made keep the name they were made under.
import { useState } from "react";
import { type Delta, MAX_DELTA_NAME_CHARACTERS } from "../../../electron/contract/deltas";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { DialogHeader } from "../../ui/DialogHeader";
import styles from "../models/ModelDialog.module.css";
import { renameDelta } from "./deltaActions";

interface RenameDeltaDialogProps {
  readonly delta: Delta;
  readonly onClose: () => void;
}

export function RenameDeltaDialog({ delta, onClose }: RenameDeltaDialogProps) {
  const [name, setName] = useState(delta.name);
  const trimmed = name.trim();
  return (
    <Dialog label="Rename the fine-tune" onClose={onClose}>
      <DialogHeader title="Rename the fine-tune" onClose={onClose} />
      <form
        className={styles.content}
        onSubmit={(event) => {
          event.preventDefault();
          if (trimmed === "") return;
          if (trimmed !== delta.name) void renameDelta(delta.id, trimmed);
          onClose();
        }}
      >
        <input
          type="text"
          className={styles.field}
          aria-label="Name"
          data-first-focus
          maxLength={MAX_DELTA_NAME_CHARACTERS}
          value={name}
          onFocus={({ target }) => target.select()}
          onChange={({ target }) => setName(target.value)}
        />
        <p>Answers that it has given keep the name they were given under.</p>
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
