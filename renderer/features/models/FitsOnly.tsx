// Leaves out what is known to be too large: of the hand-picked models, and of what a search found.
import { t } from "../../../electron/words/language";
import { setFitsOnly, useDiscover } from "./discover";
import styles from "./FitsOnly.module.css";

export function FitsOnly() {
  const fitsOnly = useDiscover((state) => state.fitsOnly);
  return (
    <label className={styles.fitsOnly}>
      <input type="checkbox" checked={fitsOnly} onChange={({ target }) => setFitsOnly(target.checked)} />
      {t("Fits only")}
    </label>
  );
}
