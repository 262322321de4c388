// The llama-cli line that uses this fine-tune with the model, to be copied: its file is an ordinary llama.cpp adapter.
import { useState } from "react";
import { t } from "../../../electron/words/language";
import type { Delta } from "../../../electron/contract/deltas";
import type { ModelId } from "../../../electron/contract/ids";
import { useAnswer } from "../../app/answers";
import { callOrNotify } from "../../app/bridge";
import { failureText } from "../../../electron/words/failureText";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { DialogHeader } from "../../ui/DialogHeader";
import dialog from "../models/ModelDialog.module.css";
import styles from "./CommandLineDialog.module.css";

interface CommandLineDialogProps {
  readonly delta: Delta;
  readonly modelId: ModelId;
  readonly onClose: () => void;
}

export function CommandLineDialog({ delta, modelId, onClose }: CommandLineDialogProps) {
  const { answer: line } = useAnswer("deltas.commandLine", { deltaId: delta.id, modelId });
  const [copied, setCopied] = useState(false);

  async function copy(text: string): Promise<void> {
    if ((await callOrNotify("app.copyText", { text })) !== null) setCopied(true);
  }

  return (
    <Dialog label={t("llama-cli command")} onClose={onClose}>
      <DialogHeader title={t("llama-cli command")} onClose={onClose} />
      <div className={dialog.content}>
        <p>
          {t(
            "“{name}” is an ordinary llama.cpp adapter. This command uses it outside Facet, with the model that is loaded here:",
            { name: delta.name },
          )}
        </p>
        {line.kind === "failed" && <p className={dialog.problem}>{failureText(line.failure).happened}</p>}
        {line.kind === "loaded" && (
          // Focusable, so that the keyboard can scroll and select it.
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
          <pre className={styles.line} tabIndex={0} aria-label={t("Command")}>
            {line.value}
          </pre>
        )}
        <div className={dialog.actions}>
          <Button onClick={onClose}>{t("Close")}</Button>
          <Button
            look="primary"
            data-first-focus
            disabled={line.kind !== "loaded"}
            onClick={() => line.kind === "loaded" && void copy(line.value)}
          >
            {copied ? t("Copied") : t("Copy")}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
