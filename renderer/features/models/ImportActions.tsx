// The ways to add models that are on this computer already.
import { FilePlus, FolderPlus } from "lucide-react";
import { t } from "../../../electron/words/language";
import { callOrNotify } from "../../app/bridge";
import { Button } from "../../ui/Button";
import styles from "./ImportActions.module.css";
import { chooseFolders } from "./importing";

export function ImportActions() {
  return (
    <div className={styles.line}>
      <p>{t("Drop GGUF files or folders anywhere in this window to add them.")}</p>
      <div className={styles.actions}>
        <Button onClick={() => void callOrNotify("models.chooseFile", undefined)}>
          <FilePlus size={14} />
          {t("Add a file")}
        </Button>
        <Button onClick={() => void chooseFolders()}>
          <FolderPlus size={14} />
          {t("Add a folder")}
        </Button>
      </div>
    </div>
  );
}
