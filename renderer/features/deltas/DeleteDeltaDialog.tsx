// Asks before a fine-tune goes: what goes where, which chats use it, and what stays.
import type { Delta } from "../../../electron/contract/deltas";
import type { ModelUse } from "../../../electron/contract/importing";
import { useAnswer } from "../../app/answers";
import { formatBytes, formatCount } from "../../../electron/words/quantities";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { DialogHeader } from "../../ui/DialogHeader";
import styles from "../models/ModelDialog.module.css";
import { deleteDelta } from "./deltaActions";

interface DeleteDeltaDialogProps {
  readonly delta: Delta;
  readonly onClose: () => void;
}

export function DeleteDeltaDialog({ delta, onClose }: DeleteDeltaDialogProps) {
  const { answer: use } = useAnswer("deltas.use", { deltaId: delta.id });
  const title = `Delete ${delta.name}`;
  return (
    <Dialog label={title} onClose={onClose}>
      <DialogHeader title={title} onClose={onClose} />
      <div className={styles.content}>
        <p>
          {delta.failure?.code === "delta-missing"
            ? "Its file is gone already; it leaves the list."
            : `Its file goes to the trash; ${formatBytes(delta.sizeBytes)} are free again once that is emptied.`}
        </p>
        {use.kind === "loaded" && <p>{usedInWords(use.value)}</p>}
        <div className={styles.actions}>
          <Button onClick={onClose}>Keep it</Button>
          <Button
            look="primary"
            className={styles.danger}
            data-first-focus
            onClick={() => {
              void deleteDelta(delta.id);
              onClose();
            }}
          >
            Move to trash
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

function usedInWords({ chatCount, titles }: ModelUse): string {
  if (chatCount === 0) return "No chat uses it.";
  const more = chatCount - titles.length;
  const named = titles.map((title) => `“${title}”`).join(", ");
  return `It is used in ${chatCount === 1 ? "one chat" : `${formatCount(chatCount)} chats`}: ${named}${more > 0 ? ` and ${formatCount(more)} more` : ""}. Its answers there stay as they are; the base answers from then on.`;
}
