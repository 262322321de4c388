// Where Facet's models are, how much room they take, and how they are moved.
import { FolderInput, Undo2 } from "lucide-react";
import { t } from "../../../electron/words/language";
import { richText } from "../../ui/richText";
import type { ReactNode } from "react";
import type { InstalledModels } from "../../../electron/contract/model";
import { call } from "../../app/bridge";
import { showFailure } from "../../app/notices";
import { formatBytes } from "../../../electron/words/quantities";
import { Button } from "../../ui/Button";
import { useFileTasks } from "./fileTasks";
import styles from "./ModelsFolderLine.module.css";

export function ModelsFolderLine({ list }: { readonly list: InstalledModels }) {
  const { modelsFolder, modelsFolderBytes, diskFreeBytes, isModelsFolderMoved, isModelsFolderMissing } = list;
  const isMoving = useFileTasks(["move"]).some(({ failure }) => failure === null);
  return (
    <section className={styles.line} aria-label={t("Models folder")}>
      {isModelsFolderMissing ? (
        <p className={styles.missing} role="alert">
          {richText(
            "The folder with your models is missing: <folder>{path}</folder>. Connect its disk, then open this list again.",
            asCode,
            { path: modelsFolder },
          )}
        </p>
      ) : (
        <p>
          {diskFreeBytes === null
            ? richText("Facet’s models take {size} in <folder>{path}</folder>.", asCode, {
                size: formatBytes(modelsFolderBytes),
                path: modelsFolder,
              })
            : richText("Facet’s models take {size} in <folder>{path}</folder>; {free} is free on its disk.", asCode, {
                size: formatBytes(modelsFolderBytes),
                path: modelsFolder,
                free: formatBytes(diskFreeBytes),
              })}
        </p>
      )}
      {!isModelsFolderMissing && (
        <div className={styles.actions}>
          <Button look="quiet" disabled={isMoving} onClick={() => void move("models.moveFolder")}>
            <FolderInput size={14} />
            {t("Move models folder")}
          </Button>
          {isModelsFolderMoved && (
            <Button look="quiet" disabled={isMoving} onClick={() => void move("models.moveFolderBack")}>
              <Undo2 size={14} />
              {t("Move back")}
            </Button>
          )}
        </div>
      )}
    </section>
  );
}

const asCode = { folder: (path: ReactNode) => <code>{path}</code> };

/** A move that fails stays in the list of tasks and says why there; only one that did not begin needs a notice. */
async function move(method: "models.moveFolder" | "models.moveFolderBack"): Promise<void> {
  const outcome = await call(method, undefined);
  if (!outcome.ok && outcome.failure.code === "models-folder-busy") showFailure(outcome.failure);
}
