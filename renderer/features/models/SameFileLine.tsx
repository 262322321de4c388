// Says that another model in the list is the same file, and what deleting this one would give back.
import type { ModelDetails } from "../../../electron/contract/model";
import { formatBytes } from "../../../electron/words/quantities";
import { useSameFile } from "./fileTasks";
import styles from "./InstalledRow.module.css";

export function SameFileLine({ details: { model, inModelsFolder } }: { readonly details: ModelDetails }) {
  const same = useSameFile(model.id);
  if (same === null) return null;
  const names = same.sameAs.map((name) => (name === model.name ? "another model of this name" : name)).join(", ");
  return (
    <p className={styles.note}>
      Same file as {names}.{" "}
      {same.freeableBytes > 0
        ? `Deleting this one frees ${formatBytes(same.freeableBytes)}.`
        : inModelsFolder
          ? "Both are one file on the disk: deleting this one frees nothing."
          : "This one is used where it lies."}
    </p>
  );
}
