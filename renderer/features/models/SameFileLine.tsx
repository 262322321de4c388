// Says that another model in the list is the same file, and what deleting this one would give back.
import type { ModelDetails } from "../../../electron/contract/model";
import { t } from "../../../electron/words/language";
import { sentences } from "../../../electron/words/sentences";
import { formatBytes, formatList } from "../../../electron/words/quantities";
import { useSameFile } from "./fileTasks";
import styles from "./InstalledRow.module.css";

export function SameFileLine({ details: { model, inModelsFolder } }: { readonly details: ModelDetails }) {
  const same = useSameFile(model.id);
  if (same === null) return null;
  const names = same.sameAs.map((name) => (name === model.name ? t("another model of this name") : name));
  return (
    <p className={styles.note}>
      {sentences(
        t("Same file as {names}.", { names: formatList(names) }),
        same.freeableBytes > 0
          ? t("Deleting this one frees {size}.", { size: formatBytes(same.freeableBytes) })
          : inModelsFolder
            ? t("Both are one file on the disk: deleting this one frees nothing.")
            : t("This one is used in place."),
      )}
    </p>
  );
}
