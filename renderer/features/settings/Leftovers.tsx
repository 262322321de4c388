// Unfinished files in the data folder that Facet cannot prove to be its own: shown with what they take, and deleted only by the user.
import { FolderOpen, Trash2 } from "lucide-react";
import { useState } from "react";
import type { Leftover } from "../../../electron/contract/leftovers";
import { formatBytes, formatWhen } from "../../../electron/words/quantities";
import { refreshAnswers, useAnswer } from "../../app/answers";
import { callOrNotify } from "../../app/bridge";
import { Button } from "../../ui/Button";
import styles from "./Leftovers.module.css";
import { t } from "../../../electron/words/language";
import { sentences } from "../../../electron/words/sentences";

export function Leftovers() {
  const { answer: leftovers } = useAnswer("leftovers.list", undefined);
  const [nowMs] = useState(() => Date.now());
  if (leftovers.kind !== "loaded" || leftovers.value.length === 0) return null;
  const title = t("Unfinished files");
  return (
    <section className={styles.leftovers}>
      <b>{title}</b>
      <p>
        {sentences(
          t("These look like files that Facet, or an earlier version of it, didn’t finish."),
          t("Facet can’t be sure that they are its own, so it leaves them alone."),
        )}
      </p>
      <ul aria-label={title}>
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
          {[isFolder ? t("Folder") : null, formatBytes(sizeBytes), formatWhen(changedAtMs, nowMs)]
            .filter((part) => part !== null)
            .join(" · ")}
        </span>
      </div>
      {isAsked ? (
        <>
          <Button aria-label={t("Keep it: {name}", { name })} onClick={() => setAsked(false)}>
            {t("Keep it")}
          </Button>
          <Button aria-label={t("Move to trash: {name}", { name })} onClick={() => void remove()}>
            {t("Move to trash")}
          </Button>
        </>
      ) : (
        <>
          <Button
            aria-label={t("Show in folder: {name}", { name })}
            onClick={() => void callOrNotify("leftovers.reveal", { id })}
          >
            <FolderOpen size={14} />
            {t("Show in folder")}
          </Button>
          <Button aria-label={t("Delete {name}", { name })} onClick={() => setAsked(true)}>
            <Trash2 size={14} />
            {t("Delete")}
          </Button>
        </>
      )}
    </li>
  );
}
