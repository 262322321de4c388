// The models on this computer: what they are, where they came from, and what can be done with them.
import { useState } from "react";
import type { ModelDetails } from "../../../electron/contract/model";
import { callOrNotify } from "../../app/bridge";
import { formatBytes } from "../../app/quantities";
import { Button } from "../../ui/Button";
import { DeleteModelDialog } from "./DeleteModelDialog";
import { refreshInstalled, useInstalled } from "./installed";
import { type InstalledDialog, InstalledRow } from "./InstalledRow";
import styles from "./InstalledTab.module.css";
import { JudgingBar } from "./JudgingBar";
import { FailureMessage, Message } from "./Message";
import { showTab } from "./modelsTab";
import { RenameModelDialog } from "./RenameModelDialog";

interface OpenDialog {
  readonly kind: InstalledDialog;
  readonly details: ModelDetails;
}

export function InstalledTab() {
  const list = useInstalled();
  const [dialog, setDialog] = useState<OpenDialog | null>(null);
  if (list.kind === "failed") return <FailureMessage failure={list.failure} onRetry={() => void refreshInstalled()} />;
  if (list.kind === "loading") return null;
  const { models, modelsFolderBytes, diskFreeBytes } = list.value;
  if (models.length === 0) {
    return (
      <Message title="No model is on this computer yet" words="Download one, or use a GGUF file that you have, where it is.">
        <Button look="primary" onClick={() => showTab("discover")}>
          Find a model
        </Button>
        <Button onClick={() => void callOrNotify("models.chooseFile", undefined)}>Import a file</Button>
      </Message>
    );
  }
  return (
    <>
      <JudgingBar />
      <ul className={styles.list} aria-label="Installed models">
        {models.map((details) => (
          <InstalledRow key={details.model.id} details={details} onDialog={(kind) => setDialog({ kind, details })} />
        ))}
      </ul>
      <p className={styles.total}>
        Facet’s models folder holds {formatBytes(modelsFolderBytes)}
        {diskFreeBytes !== null && `; ${formatBytes(diskFreeBytes)} are free on its disk`}.
      </p>
      {dialog?.kind === "rename" && <RenameModelDialog details={dialog.details} onClose={() => setDialog(null)} />}
      {dialog?.kind === "delete" && <DeleteModelDialog details={dialog.details} onClose={() => setDialog(null)} />}
    </>
  );
}
