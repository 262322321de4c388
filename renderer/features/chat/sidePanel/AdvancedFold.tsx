// The settings that few chats need, folded away at the end of the panel.
import { ChevronRight } from "lucide-react";
import { useId, type ReactNode } from "react";
import { useFold } from "../parts/folds";
import styles from "./AdvancedFold.module.css";
import { t } from "../../../../electron/words/language";

export function AdvancedFold({ children }: { readonly children: ReactNode }): ReactNode {
  const [isOpen, toggle] = useFold("advanced-settings");
  const contentId = useId();
  return (
    <section className={styles.fold}>
      <h3>
        <button
          type="button"
          className={styles.toggle}
          aria-expanded={isOpen}
          {...(isOpen ? { "aria-controls": contentId } : {})}
          onClick={toggle}
        >
          <ChevronRight size={13} strokeWidth={2} aria-hidden />
          {t("Advanced")}
        </button>
      </h3>
      {isOpen && (
        <div id={contentId} className={styles.content}>
          {children}
        </div>
      )}
    </section>
  );
}
