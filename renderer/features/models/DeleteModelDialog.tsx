// Asks before a model goes: what goes where, and what stays.
import { useState } from "react";
import { t } from "../../../electron/words/language";
import { sentences } from "../../../electron/words/sentences";
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
  const title = inModelsFolder
    ? t("Delete {name}", { name: model.name })
    : t("Remove {name} from the list", { name: model.name });
  return (
    <Dialog label={title} onClose={onClose}>
      <DialogHeader title={title} onClose={onClose} />
      <div className={styles.content}>
        <p>
          {inModelsFolder
            ? t(
                "{count, plural, one {Its file goes to the trash. Emptying the trash frees {size}.} other {Its # files go to the trash. Emptying the trash frees {size}.}}",
                { count: model.fileCount, size: formatBytes(model.sizeBytes) },
              )
            : t("It is removed from the list. The file stays where it is.")}
        </p>
        <p>
          {sentences(
            lastUsedAtMs === null ? null : lastLoadedWords(lastUsedAtMs, nowMs),
            use.kind === "loaded" ? usedInWords(use.value) : null,
            neededByWords(fineTunes),
            t("Your chats stay as they are; another model can answer in them."),
          )}
        </p>
        <div className={styles.actions}>
          <Button onClick={onClose}>{t("Keep it")}</Button>
          <Button
            look="primary"
            className={styles.danger}
            data-first-focus
            onClick={() => {
              void removeModel(details);
              onClose();
            }}
          >
            {inModelsFolder ? t("Move to trash") : t("Remove from list")}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

function lastLoadedWords(atMs: number, nowMs: number): string {
  const when = formatWhen(atMs, nowMs);
  return new Date(atMs).toDateString() === new Date(nowMs).toDateString()
    ? t("It was last loaded today at {when}.", { when })
    : t("It was last loaded on {when}.", { when });
}
