// Asks before a model goes: what goes where, and what stays.
import { useState } from "react";
import type { ModelDetails } from "../../../electron/contract/model";
import { useAnswer } from "../../app/answers";
import { neededByWords, usedInWords } from "../../../electron/words/modelUseWords";
import { formatBytes, formatWhen } from "../../../electron/words/quantities";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { DialogHeader } from "../../ui/DialogHeader";
import { useDeltasForModel } from "../deltas/deltas";
import { removeModel } from "./installed";
import styles from "./ModelDialog.module.css";

interface DeleteModelDialogProps {
  readonly details: ModelDetails;
  readonly onClose: () => void;
}

export function DeleteModelDialog({ details, onClose }: DeleteModelDialogProps) {
  const { model, inModelsFolder, lastUsedAtMs } = details;
  const [nowMs] = useState(() => Date.now());
  const { answer: use } = useAnswer("models.use", { modelId: model.id });
  const { answer: forModel } = useDeltasForModel(model.id);
  const deltas = forModel.kind === "loaded" ? forModel.value.deltas : [];
  const fineTunes = deltas.filter(({ match }) => match !== "refused").map(({ delta }) => delta.name);
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
          {lastUsedAtMs !== null && `It was last loaded ${whenWords(lastUsedAtMs, nowMs)}. `}
          {use.kind === "loaded" && usedInWords(use.value)} {neededByWords(fineTunes)} Chats stay as they are; another
          model can answer in them.
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
