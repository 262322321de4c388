// Files in Facet's folder of fine-tunes that are in no list: put there by hand, or of a list that was damaged.
import { useState } from "react";
import { t } from "../../../electron/words/language";
import type { FoundDelta } from "../../../electron/contract/deltas";
import { useAnswer } from "../../app/answers";
import { formatBytes } from "../../../electron/words/quantities";
import { Button } from "../../ui/Button";
import { addFoundDelta } from "./deltaActions";
import styles from "./FoundFiles.module.css";

export function FoundFiles() {
  const { answer: files } = useAnswer("deltas.found", undefined);
  if (files.kind !== "loaded" || files.value.length === 0) return null;
  return (
    <section className={styles.found}>
      <h2>{t("Found in Facet’s folder")}</h2>
      <p>{t("These files are not in your library. Facet leaves them alone until you add them.")}</p>
      <ul aria-label={t("Found in Facet’s folder")}>
        {files.value.map((file) => (
          <FoundFile key={file.fileName} file={file} />
        ))}
      </ul>
    </section>
  );
}

function FoundFile({ file: { fileName, sizeBytes } }: { readonly file: FoundDelta }) {
  const [isAdding, setAdding] = useState(false);
  return (
    <li>
      <span className={styles.name}>{fileName}</span>
      <span className={styles.size}>{formatBytes(sizeBytes)}</span>
      <Button
        aria-label={t("Add {name}", { name: fileName })}
        disabled={isAdding}
        onClick={() => {
          setAdding(true);
          void addFoundDelta(fileName).finally(() => setAdding(false));
        }}
      >
        {t("Add")}
      </Button>
    </li>
  );
}
