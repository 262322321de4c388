// Asks before a fine-tune goes: what goes where, which chats use it, and what stays.
import type { Delta } from "../../../electron/contract/deltas";
import { t } from "../../../electron/words/language";
import type { ModelUse } from "../../../electron/contract/importing";
import { useAnswer } from "../../app/answers";
import { formatBytes } from "../../../electron/words/quantities";
import { quotedList } from "../../../electron/words/sentences";
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
  const title = t("Delete {name}", { name: delta.name });
  return (
    <Dialog label={title} onClose={onClose}>
      <DialogHeader title={title} onClose={onClose} />
      <div className={styles.content}>
        <p>
          {delta.failure?.code === "delta-missing"
            ? t("Its file is already gone; only its entry in the list is deleted.")
            : t("Its file goes to the trash. Emptying the trash frees {size}.", { size: formatBytes(delta.sizeBytes) })}
        </p>
        {use.kind === "loaded" && <p>{usedInWords(use.value)}</p>}
        <div className={styles.actions}>
          <Button onClick={onClose}>{t("Keep it")}</Button>
          <Button
            look="primary"
            className={styles.danger}
            data-first-focus
            onClick={() => {
              void deleteDelta(delta.id);
              onClose();
            }}
          >
            {t("Move to trash")}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

function usedInWords({ chatCount, titles }: ModelUse): string {
  if (chatCount === 0) return t("No chat uses it.");
  return t(
    "{count, plural, one {It is used in one chat: {titles}. Its answers there stay as they are; the base model answers from then on.} other {It is used in # chats: {titles}. Its answers there stay as they are; the base model answers from then on.}}",
    { count: chatCount, titles: quotedList(titles, chatCount) },
  );
}
