// The backups of the chats: which there are, and the way back to one of them.
import { useState } from "react";
import type { Backup } from "../../../electron/contract/backups";
import { failureParagraph } from "../../../electron/words/failureText";
import { formatBytes, formatCount, formatWhen } from "../../../electron/words/quantities";
import { useAnswer } from "../../app/answers";
import { callOrNotify } from "../../app/bridge";
import { Button } from "../../ui/Button";
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
    <section className={rows.row} aria-label="Backups">
      <div className={rows.words}>
        <b>Backups</b>
        <p>Each day that it runs, Facet copies your chats, and keeps the last seven copies in its folder.</p>
        {backups.kind === "loaded" && backups.value.length === 0 && <p>There is none yet.</p>}
        {backups.kind === "failed" && <p role="alert">{failureParagraph(backups.failure)}</p>}
      </div>
      {backups.kind === "loaded" && backups.value.length > 0 && (
        <ul className={styles.list} aria-label="Backups">
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
            Replace my chats
          </Button>
          <Button onClick={onKeep}>Cancel</Button>
          <p>All chats become those of this backup. Those of now are kept in a file of their own.</p>
        </>
      ) : (
        <Button aria-label={`Restore ${when}`} disabled={isBusy || backup.chats === null} onClick={onAsk}>
          Restore
        </Button>
      )}
      {restoring?.kind === "running" && <output>Restoring…</output>}
      {restoring?.kind === "done" && (
        <output>
          Restored. The chats of before are in Facet's folder, in the file <code>{restoring.keptAs}</code>.
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
  if (chats === null) return "cannot be read";
  return chats === 1 ? "1 chat" : `${formatCount(chats)} chats`;
}
