// Another display name for a fine-tune; answers that it made keep the name they were made under.
import { type Delta, MAX_DELTA_NAME_CHARACTERS } from "../../../electron/contract/deltas";
import { t } from "../../../electron/words/language";
import { RenameDialog } from "../models/RenameDialog";
import { renameDelta } from "./deltaActions";

interface RenameDeltaDialogProps {
  readonly delta: Delta;
  readonly onClose: () => void;
}

export function RenameDeltaDialog({ delta, onClose }: RenameDeltaDialogProps) {
  return (
    <RenameDialog
      title={t("Rename the fine-tune")}
      name={delta.name}
      maxCharacters={MAX_DELTA_NAME_CHARACTERS}
      note={t("Answers that it has already given keep the old name.")}
      onRename={(name) => void renameDelta(delta.id, name)}
      onClose={onClose}
    />
  );
}
