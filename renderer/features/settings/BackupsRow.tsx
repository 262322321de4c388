// The backups of the chats: which there are, and the way back to one of them.
import { useState } from "react";
import type { Backup } from "../../../electron/contract/backups";
import { failureParagraph } from "../../../electron/words/failureText";
import { t } from "../../../electron/words/language";
import { formatBytes, formatWhen } from "../../../electron/words/quantities";
import { useAnswer } from "../../app/answers";
import { callOrNotify } from "../../app/bridge";
import { Button } from "../../ui/Button";
import { richText } from "../../ui/richText";
import rows from "./SettingsDialog.module.css";
import styles from "./BackupsRow.module.css";

/** What is going on with one of them. */
type Restoring =
  | { readonly kind: "asking"; readonly name: string }
  | { readonly kind: "running"; readonly name: string }
  | { readonly kind: "done"; readonly name: string; readonly keptAs: string };

export function BackupsRow() {
  const { answer: backups } = useAnswer("chats.backups", undefined);
  const [restoring, setRestoring] = useState<Restoring | null>(null);
  const restore = async (name: string) => {
    setRestoring({ kind: "running", name });
    const restored = await callOrNotify("chats.restoreBackup", { name });
    setRestoring(restored === null ? null : { kind: "done", name, keptAs: restored.keptAs });
  };
  return (
    <section className={rows.row} aria-label={t("Backups")}>
      <div className={rows.words}>
        <b>{t("Backups")}</b>
        <p>{t("Once a day, Facet backs up your chats and keeps the last seven backups.")}</p>
        {backups.kind === "loaded" && backups.value.length === 0 && <p>{t("No backups yet.")}</p>}
        {backups.kind === "failed" && <p role="alert">{failureParagraph(backups.failure)}</p>}
      </div>
      {backups.kind === "loaded" && backups.value.length > 0 && (
        <ul className={styles.list} aria-label={t("Backups")}>
          {backups.value.map((backup) => (
            <BackupLine
              key={backup.name}
              backup={backup}
              restoring={restoring?.name === backup.name ? restoring : null}
              isBusy={restoring?.kind === "running"}
              onAsk={() => setRestoring({ kind: "asking", name: backup.name })}
              onKeep={() => setRestoring(null)}
              onRestore={() => void restore(backup.name)}
            />
          ))}
        </ul>
      )}
    </section>
  );
}

interface BackupLineProps {
  readonly backup: Backup;
  readonly restoring: Restoring | null;
  readonly isBusy: boolean;
  readonly onAsk: () => void;
  readonly onKeep: () => void;
  readonly onRestore: () => void;
}

function BackupLine({ backup, restoring, isBusy, onAsk, onKeep, onRestore }: BackupLineProps) {
  const [nowMs] = useState(() => Date.now());
  const when = formatWhen(backup.atMs, nowMs);
  return (
    <li>
      <span className={styles.facts}>
        <b>{when}</b>
        <span>{formatBytes(backup.sizeBytes)}</span>
        <span>{chatsInWords(backup.chats)}</span>
      </span>
      {restoring?.kind === "asking" ? (
        <>
          <Button look="primary" ref={focus} onClick={onRestore}>
            {t("Replace my chats")}
          </Button>
          <Button onClick={onKeep}>{t("Cancel")}</Button>
          <p>{t("All chats are replaced by those in this backup. Your present chats are kept in a separate file.")}</p>
        </>
      ) : (
        <Button
          aria-label={t("Restore the backup of {when}", { when })}
          disabled={isBusy || backup.chats === null}
          onClick={onAsk}
        >
          {t("Restore")}
        </Button>
      )}
      {restoring?.kind === "running" && <output>{t("Restoring…")}</output>}
      {restoring?.kind === "done" && (
        <output>
          {richText(
            "Restored. Your former chats are in Facet’s folder, in <file>{name}</file>.",
            { file: (text) => <code>{text}</code> },
            { name: restoring.keptAs },
          )}
        </output>
      )}
    </li>
  );
}

/** The button that was pressed is gone. */
function focus(button: HTMLButtonElement | null): void {
  button?.focus();
}

function chatsInWords(chats: number | null): string {
  return chats === null ? t("can’t be read") : t("{chats, plural, one {# chat} other {# chats}}", { chats });
}
