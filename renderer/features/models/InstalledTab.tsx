// The models on this computer: what they are, where they came from, and what can be done with them.
import { useEffect, useState } from "react";
import { t } from "../../../electron/words/language";
import type { InstalledModels, ModelDetails } from "../../../electron/contract/model";
import { Button } from "../../ui/Button";
import { DeleteModelDialog } from "./DeleteModelDialog";
import { compareFiles } from "./fileTasks";
import { FileTaskList } from "./FileTaskList";
import { ImportActions } from "./ImportActions";
import { useInstalled } from "./installed";
import { type InstalledDialog, InstalledRow } from "./InstalledRow";
import styles from "./InstalledTab.module.css";
import { JudgingBar } from "./JudgingBar";
import { FailureMessage, Message } from "./Message";
import type { Loadable } from "./loadable";
import { ModelsFolderLine } from "./ModelsFolderLine";
import { showTab } from "./modelsRoute";
import { OtherApps } from "./OtherApps";
import { RenameModelDialog } from "./RenameModelDialog";

interface OpenDialog {
  readonly kind: InstalledDialog;
  readonly details: ModelDetails;
}

export function InstalledTab() {
  const { answer: list, askAgain } = useInstalled();
  const [dialog, setDialog] = useState<OpenDialog | null>(null);
  useComparing(list);
  if (list.kind === "failed") return <FailureMessage failure={list.failure} onRetry={askAgain} />;
  if (list.kind === "loading") return null;
  const { models } = list.value;
  return (
    <>
      <ImportActions />
      <FileTaskList kinds={["copy", "move", "compare"]} />
      {models.length === 0 ? (
        <Message
          title={t("No models on this computer yet")}
          words={t("Download one, or use a GGUF file that you already have where it is.")}
        >
          <Button look="primary" onClick={() => showTab("discover")}>
            {t("Find a model")}
          </Button>
        </Message>
      ) : (
        <>
          <JudgingBar />
          <ul className={styles.list} aria-label={t("Installed models")}>
            {models.map((details) => (
              <InstalledRow
                key={details.model.id}
                details={details}
                onDialog={(kind) => setDialog({ kind, details })}
              />
            ))}
          </ul>
        </>
      )}
      <ModelsFolderLine list={list.value} />
      <OtherApps />
      {dialog?.kind === "rename" && <RenameModelDialog details={dialog.details} onClose={() => setDialog(null)} />}
      {dialog?.kind === "delete" && <DeleteModelDialog details={dialog.details} onClose={() => setDialog(null)} />}
    </>
  );
}

/** Files of the same size are compared while this list is seen, and again when it has changed. */
function useComparing(list: Loadable<InstalledModels>): void {
  useEffect(() => {
    if (list.kind === "loaded") void compareFiles();
  }, [list]);
}
