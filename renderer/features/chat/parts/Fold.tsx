// In a message: one quiet line that opens and closes what belongs to it.
import { ChevronRight } from "lucide-react";
import { useId, type ReactNode, type Ref } from "react";
import { holdScrollPosition } from "../conversation/scrollRequest";
import styles from "./Fold.module.css";
import { useFold } from "./folds";

interface FoldProps {
  /** See folds.ts. */
  readonly foldKey: string;
  readonly line: ReactNode;
  /** In the line, beside the button. */
  readonly aside?: ReactNode;
  /** Made only while it is open. */
  readonly children: () => ReactNode;
  readonly toggleRef?: Ref<HTMLButtonElement>;
}

export function Fold({ foldKey, line, aside, children, toggleRef }: FoldProps): ReactNode {
  const [isOpen, toggle] = useFold(foldKey);
  const contentId = useId();

  function press(): void {
    if (!isOpen) holdScrollPosition();
    toggle();
  }

  return (
    <div className={styles.fold}>
      <div className={styles.line}>
        <button
          ref={toggleRef}
          type="button"
          className={styles.toggle}
          aria-expanded={isOpen}
          {...(isOpen ? { "aria-controls": contentId } : {})}
          onClick={press}
        >
          <ChevronRight size={13} strokeWidth={2} aria-hidden className={styles.chevron} />
          {line}
        </button>
        {aside}
      </div>
      {isOpen && (
        <div id={contentId} className={styles.content}>
          {children()}
        </div>
      )}
    </div>
  );
}
