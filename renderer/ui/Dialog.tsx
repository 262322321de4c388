// A dialog over the window: the browser's own <dialog>, which keeps the focus inside, in our look.
// What carries data-first-focus has the focus first, else the dialog itself.
import { type ReactNode, useEffect, useRef } from "react";
import styles from "./Dialog.module.css";

interface DialogProps {
  readonly label: string;
  readonly onClose: () => void;
  /** "top": under the upper edge, for something that is typed into. */
  readonly place?: "centre" | "top";
  readonly children: ReactNode;
}

export function Dialog({ label, onClose, place = "centre", children }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = ref.current;
    const before = document.activeElement;
    dialog?.showModal();
    (dialog?.querySelector<HTMLElement>("[data-first-focus]") ?? dialog)?.focus();
    return () => {
      dialog?.close();
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);

  return (
    // A click on the backdrop reaches the dialog element itself; the keyboard has Escape.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions, jsx-a11y/click-events-have-key-events
    <dialog
      ref={ref}
      aria-label={label}
      tabIndex={-1}
      className={`${styles.dialog} ${place === "top" ? styles.top : styles.centre}`}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === event.currentTarget) onClose();
      }}
    >
      {/* Covers the whole dialog, so that only the backdrop counts as outside. */}
      <div className={styles.inside}>{children}</div>
    </dialog>
  );
}
