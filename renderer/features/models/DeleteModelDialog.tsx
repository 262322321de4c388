// Asks before a model goes: what goes where, and what stays.
import { useEffect, useState } from "react";
import type { ModelId } from "../../../electron/contract/ids";
import type { ModelUse } from "../../../electron/contract/importing";
import type { ModelDetails } from "../../../electron/contract/model";
import { call } from "../../app/bridge";
import { formatBytes, formatCount, formatWhen } from "../../../electron/words/quantities";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { DialogHeader } from "../../ui/DialogHeader";
import { removeModel } from "./installed";
import styles from "./ModelDialog.module.css";

const MAX_SHOWN_NAMES = 3;

interface DeleteModelDialogProps {
  readonly details: ModelDetails;
  readonly onClose: () => void;
}

export function DeleteModelDialog({ details, onClose }: DeleteModelDialogProps) {
  const { model, inModelsFolder, lastUsedAtMs } = details;
  const [nowMs] = useState(() => Date.now());
  const use = useModelUse(model.id);
  const fineTunes = useFineTunes(model.id);
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
          {usedInWords(use)} {fineTuneWords(fineTunes)} Chats stay as they are; another model can answer in them.
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

/** null while it is being counted. */
function useModelUse(modelId: ModelId): ModelUse | null {
  const [use, setUse] = useState<ModelUse | null>(null);
  useEffect(() => {
    let isGone = false;
    void call("models.use", { modelId }).then((outcome) => {
      if (outcome.ok && !isGone) setUse(outcome.value);
    });
    return () => {
      isGone = true;
    };
  }, [modelId]);
  return use;
}

/** Names of the fine-tunes that can be put on it; none while it is being looked at. */
function useFineTunes(modelId: ModelId): readonly string[] {
  const [names, setNames] = useState<readonly string[]>([]);
  useEffect(() => {
    let isGone = false;
    void call("deltas.forModel", { modelId }).then((outcome) => {
      if (outcome.ok && !isGone)
        setNames(outcome.value.deltas.filter(({ match }) => match !== "refused").map(({ delta }) => delta.name));
    });
    return () => {
      isGone = true;
    };
  }, [modelId]);
  return names;
}

function fineTuneWords(names: readonly string[]): string {
  if (names.length === 0) return "";
  const shown = names
    .slice(0, MAX_SHOWN_NAMES)
    .map((name) => `“${name}”`)
    .join(", ");
  const more = names.length - MAX_SHOWN_NAMES;
  return `${names.length === 1 ? "A fine-tune needs it as its base" : `${formatCount(names.length)} fine-tunes need it as their base`}: ${shown}${more > 0 ? ` and ${formatCount(more)} more` : ""}.`;
}

/** "It answered in 5 chats: “A boat”, “A letter”, “A poem” and 2 more." */
function usedInWords(use: ModelUse | null): string {
  if (use === null) return "";
  if (use.chatCount === 0) return "No chat has an answer of it.";
  const titles = use.titles.map((title) => `“${title}”`).join(", ");
  const more = use.chatCount - use.titles.length;
  return `It answered in ${use.chatCount === 1 ? "one chat" : `${formatCount(use.chatCount)} chats`}: ${titles}${more > 0 ? ` and ${formatCount(more)} more` : ""}.`;
}

function whenWords(atMs: number, nowMs: number): string {
  const when = formatWhen(atMs, nowMs);
  return when.includes(":") ? `today at ${when}` : `on ${when}`;
}
