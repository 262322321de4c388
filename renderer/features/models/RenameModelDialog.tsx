// Another display name for a model; the file keeps its own.
import type { ModelDetails } from "../../../electron/contract/model";
import { t } from "../../../electron/words/language";
import { renameModel } from "./installed";
import { RenameDialog } from "./RenameDialog";

interface RenameModelDialogProps {
  readonly details: ModelDetails;
  readonly onClose: () => void;
}

const MAX_NAME_CHARACTERS = 120;

export function RenameModelDialog({ details: { model }, onClose }: RenameModelDialogProps) {
  return (
    <RenameDialog
      title={t("Rename the model")}
      name={model.name}
      maxCharacters={MAX_NAME_CHARACTERS}
      note={t("Only Facet uses this name. The file is still called {fileName}.", { fileName: model.fileName })}
      onRename={(name) => void renameModel(model.id, name)}
      onClose={onClose}
    />
  );
}
