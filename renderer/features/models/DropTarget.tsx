// The whole window as a place to drop models on: seen only while something is held over it.
import { Download } from "lucide-react";
import { t } from "../../../electron/words/language";
import { useEffect, useState } from "react";
import { fieldAt, handFiles } from "../chat/textField/droppedFiles";
import { useImport, importDropped } from "./importing";
import styles from "./DropTarget.module.css";

export function DropTarget() {
  const isOver = useFilesOverWindow();
  const isLooking = useImport((state) => state.isLooking);
  if (!isOver && !isLooking) return null;
  return (
    <div className={styles.target}>
      <div className={styles.frame}>
        <Download size={28} strokeWidth={1.6} />
        <output>{isLooking ? t("Looking for models") : t("Drop to add models")}</output>
        <p>
          {isLooking
            ? t("A large folder takes a moment.")
            : t("GGUF files, or folders that contain some. You then choose whether they stay where they are.")}
        </p>
      </div>
    </div>
  );
}

function useFilesOverWindow(): boolean {
  const [isOver, setIsOver] = useState(false);
  useEffect(() => {
    // Each element on the way tells of entering and leaving: the window is left when as many were left as entered.
    let depth = 0;
    const change = (by: number) => {
      depth = Math.max(0, depth + by);
      setIsOver(depth > 0);
    };
    const enter = (event: DragEvent) => holdsFiles(event) && change(1);
    const leave = (event: DragEvent) => holdsFiles(event) && change(-1);
    const over = (event: DragEvent) => {
      if (!holdsFiles(event) || event.dataTransfer === null) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = "copy";
    };
    const drop = (event: DragEvent) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      depth = 0;
      setIsOver(false);
      const files = [...(event.dataTransfer?.files ?? [])];
      // A folder has no text that a field could take.
      const hasFolder = [...(event.dataTransfer?.items ?? [])].some(
        (item) => item.webkitGetAsEntry()?.isDirectory === true,
      );
      const field = hasFolder ? null : fieldAt(event.target);
      void importDropped(files, field === null ? undefined : () => handFiles(field, files));
    };
    window.addEventListener("dragenter", enter);
    window.addEventListener("dragleave", leave);
    window.addEventListener("dragover", over);
    window.addEventListener("drop", drop);
    return () => {
      window.removeEventListener("dragenter", enter);
      window.removeEventListener("dragleave", leave);
      window.removeEventListener("dragover", over);
      window.removeEventListener("drop", drop);
    };
  }, []);
  return isOver;
}

/** Text that is dragged within the page is none of our business. */
function holdsFiles({ dataTransfer }: DragEvent): boolean {
  return dataTransfer?.types.includes("Files") ?? false; // not translated
}
