// Unfinished files in the data folder that Facet cannot prove to be its own: shown with what they take, and deleted only by the user.
import { FolderOpen, Trash2 } from "lucide-react";
import { useState } from "react";
import type { Leftover } from "../../../electron/contract/leftovers";
import { formatBytes, formatWhen } from "../../../electron/words/quantities";
import { refreshAnswers, useAnswer } from "../../app/answers";
import { callOrNotify } from "../../app/bridge";
import { Button } from "../../ui/Button";
import styles from "./Leftovers.module.css";

const TITLE = "Unfinished files";

export function Leftovers() {
  const { answer: leftovers } = useAnswer("leftovers.list", undefined);
  const [nowMs] = useState(() => Date.now());
  if (leftovers.kind !== "loaded" || leftovers.value.length === 0) return null;
  return (
    <section className={styles.leftovers}>
      <b>{TITLE}</b>
      <p>
        These look like files that Facet, or an earlier version of it, did not finish. It cannot know that they are its
        own, so it leaves them alone.
      </p>
      <ul aria-label={TITLE}>
        {leftovers.value.map((leftover) => (
          <LeftoverLine key={leftover.id} leftover={leftover} nowMs={nowMs} />
        ))}
      </ul>
    </section>
  );
}

function LeftoverLine({ leftover, nowMs }: { readonly leftover: Leftover; readonly nowMs: number }) {
  const { id, name, isFolder, sizeBytes, changedAtMs } = leftover;
  const [isAsked, setAsked] = useState(false);
  const remove = async () => {
    setAsked(false);
    await callOrNotify("leftovers.delete", { id });
    await refreshAnswers("leftovers.list");
  };
  return (
    <li>
      <div className={styles.words}>
        <span className={styles.name}>{name}</span>
        <span className={styles.facts}>
          {isFolder ? "Folder, " : ""}
          {formatBytes(sizeBytes)}, {formatWhen(changedAtMs, nowMs)}
        </span>
      </div>
      {isAsked ? (
        <>
          <Button aria-label={`Keep it: ${name}`} onClick={() => setAsked(false)}>
            Keep it
          </Button>
          <Button aria-label={`Move to trash: ${name}`} onClick={() => void remove()}>
            Move to trash
          </Button>
        </>
      ) : (
        <>
          <Button aria-label={`Show in folder: ${name}`} onClick={() => void callOrNotify("leftovers.reveal", { id })}>
            <FolderOpen size={14} />
            Show in folder
          </Button>
          <Button aria-label={`Delete ${name}`} onClick={() => setAsked(true)}>
            <Trash2 size={14} />
            Delete
          </Button>
        </>
      )}
    </li>
  );
}
