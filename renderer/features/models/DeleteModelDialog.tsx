// Asks before a model goes: what goes where, and what stays.
import { useState } from "react";
import type { ModelDetails } from "../../../electron/contract/model";
import { formatBytes, formatWhen } from "../../app/quantities";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { DialogHeader } from "../../ui/DialogHeader";
import { removeModel } from "./installed";
import styles from "./ModelDialog.module.css";

interface DeleteModelDialogProps {
  readonly details: ModelDetails;
  readonly onClose: () => void;
}

export function DeleteModelDialog({ details, onClose }: DeleteModelDialogProps) {
  const { model, inModelsFolder, lastUsedAtMs } = details;
  const [nowMs] = useState(() => Date.now());
  const title = inModelsFolder ? `Delete ${model.name}` : `Forget ${model.name}`;
  return (
    <Dialog label={title} onClose={onClose}>
      <DialogHeader title={title} onClose={onClose} />
      <div className={styles.content}>
        <p>
          {inModelsFolder
            ? `${model.fileCount === 1 ? "Its file goes" : `Its ${model.fileCount} files go`} to the trash; ${formatBytes(model.sizeBytes)} are free again once that is emptied.`
            : "It leaves the list. The file stays where it is."}
        </p>
        <p>
          {lastUsedAtMs === null ? "No chat has used it." : `It was last used ${whenWords(lastUsedAtMs, nowMs)}.`} Chats stay as they are; another model can
          answer in them.
        </p>
        <div className={styles.actions}>
          <Button onClick={onClose}>Keep it</Button>
          <Button
            look="primary"
            className={styles.danger}
            data-first-focus
            onClick={() => {
              void removeModel(details);
              onClose();
            }}
          >
            {inModelsFolder ? "Move to trash" : "Forget"}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

function whenWords(atMs: number, nowMs: number): string {
  const when = formatWhen(atMs, nowMs);
  return when.includes(":") ? `today at ${when}` : `on ${when}`;
}
