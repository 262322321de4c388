// The models on this computer: what they are, where they came from, and what can be done with them.
import { Ellipsis, FolderOpen, Pencil, ShieldCheck, Trash2, Unlink } from "lucide-react";
import { useState } from "react";
import type { ModelDetails } from "../../../electron/contract/model";
import { useApp } from "../../app/appStore";
import { callOrNotify } from "../../app/bridge";
import { failureText, withFileName } from "../../app/failureText";
import { showPage } from "../../app/layout";
import { formatBytes, formatWhen } from "../../app/quantities";
import { Button } from "../../ui/Button";
import { IconButton } from "../../ui/IconButton";
import { Menu, MenuItem, MenuSeparator } from "../../ui/Menu";
import { loadedModel } from "../model/loadedModel";
import { formatContext } from "./contextSteps";
import { DeleteModelDialog } from "./DeleteModelDialog";
import { FitBar } from "./FitBar";
import { useFit } from "./fits";
import { FitVerdict } from "./FitVerdict";
import { formatParameters } from "./hubFacts";
import { loadModel, refreshInstalled, revealModel, useInstalled, useVerification, verifyModel } from "./installed";
import styles from "./InstalledTab.module.css";
import { JudgingBar } from "./JudgingBar";
import { FailureMessage, Message } from "./Message";
import { licenceTitle } from "./modelTitle";
import { showTab } from "./modelsTab";
import { RenameModelDialog } from "./RenameModelDialog";

interface OpenDialog {
  readonly kind: "rename" | "delete";
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

interface InstalledRowProps {
  readonly details: ModelDetails;
  readonly onDialog: (kind: OpenDialog["kind"]) => void;
}

function InstalledRow({ details, onDialog }: InstalledRowProps) {
  const { model, canVerify, inModelsFolder } = details;
  const loaded = useApp(({ engine }) => loadedModel(engine)?.modelId === model.id);
  const loading = useApp(({ engine }) => (engine.kind === "loading" || engine.kind === "starting") && engine.modelId === model.id);
  const shown = useFit({ kind: "installed", modelId: model.id }, model.failure === null);
  return (
    <li className={styles.row} data-loaded={loaded || undefined}>
      <div className={styles.words}>
        <h2>{model.name}</h2>
        {loaded && <span className={styles.badge}>Loaded</span>}
        <Facts details={details} />
      </div>
      <div className={styles.actions}>
        {loaded ? (
          <Button aria-label={`Chat with ${model.name}`} onClick={() => showPage("chat")}>
            Chat
          </Button>
        ) : (
          <Button aria-label={`${loading ? "Loading" : "Load"} ${model.name}`} disabled={loading} onClick={() => void loadModel(model.id)}>
            {loading ? "Loading" : "Load"}
          </Button>
        )}
        <Menu
          align="end"
          trigger={<IconButton name={`More for ${model.name}`} icon={<Ellipsis size={16} />} />}
        >
          <MenuItem icon={<FolderOpen size={15} />} onSelect={() => revealModel(model.id)}>
            Show the file
          </MenuItem>
          <MenuItem icon={<Pencil size={15} />} onSelect={() => onDialog("rename")}>
            Rename
          </MenuItem>
          <MenuItem icon={<ShieldCheck size={15} />} disabled={!canVerify} onSelect={() => void verifyModel(model.id)}>
            Verify the file
          </MenuItem>
          <MenuSeparator />
          <MenuItem danger icon={inModelsFolder ? <Trash2 size={15} /> : <Unlink size={15} />} onSelect={() => onDialog("delete")}>
            {inModelsFolder ? "Delete" : "Forget"}
          </MenuItem>
        </Menu>
      </div>
      {model.failure === null ? (
        <FitVerdict shown={shown} className={styles.fit} before={<FitBar fit={shown.fit} current={shown.current} />} />
      ) : (
        <p className={styles.problem}>{failureText(withFileName(model.failure, model.fileName)).happened}</p>
      )}
      <VerificationLine details={details} />
    </li>
  );
}

function Facts({ details }: { readonly details: ModelDetails }) {
  const { model, architecture, quantization, trainContextSizeTokens, parameterCount, licence, lastUsedAtMs } = details;
  const [nowMs] = useState(() => Date.now());
  const facts = [
    formatBytes(model.sizeBytes) + (model.fileCount > 1 ? ` in ${model.fileCount} files` : ""),
    quantization,
    parameterCount === null ? null : formatParameters(parameterCount),
    architecture,
    trainContextSizeTokens === null ? null : `${formatContext(trainContextSizeTokens)} context`,
    licence === null ? null : licenceTitle(licence),
    originWords(details),
    lastUsedAtMs === null ? "never used" : `used ${formatWhen(lastUsedAtMs, nowMs)}`,
  ];
  return (
    <p className={styles.facts}>
      {facts.flatMap((fact) => (fact === null ? [] : [<span key={fact}>{fact}</span>]))}
    </p>
  );
}

function originWords({ model, repository }: ModelDetails): string {
  switch (model.origin) {
    case "starter":
      return "came with Facet";
    case "file":
      return "used where it lies";
    case "hub":
      return repository === null ? "downloaded" : `from ${repository}`;
  }
}

function VerificationLine({ details: { model } }: { readonly details: ModelDetails }) {
  const verification = useVerification(model.id);
  if (verification === null) return null;
  switch (verification.kind) {
    case "running":
      return <output className={styles.note}>Reading the file again</output>;
    case "good":
      return <output className={styles.note}>The file is what it should be.</output>;
    case "failed": {
      const { happened, data, advice } = failureText(withFileName(verification.failure, model.fileName));
      return (
        <p className={styles.problem} role="alert">
          {happened} {data} {advice}
        </p>
      );
    }
  }
}
