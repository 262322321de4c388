// ‹ 1 / 2 ›: the other versions of a message.
import { ChevronLeft, ChevronRight } from "lucide-react";
import type { ReactNode } from "react";
import type { Message } from "../../../../electron/contract/chat";
import { useChat } from "../chatStore";
import { showSibling, writingMessage } from "./answerActions";
import styles from "./SiblingSwitcher.module.css";

export function SiblingSwitcher({ message }: { readonly message: Message }): ReactNode {
  const isWriting = useChat((state) => writingMessage(state) !== null);
  const { siblingIds } = message;
  if (siblingIds.length < 2) return null;
  const index = siblingIds.indexOf(message.id);
  const previous = siblingIds[index - 1];
  const next = siblingIds[index + 1];
  return (
    <span className={styles.switcher}>
      <button
        type="button"
        aria-label="Previous version"
        disabled={previous === undefined || isWriting}
        onClick={() => previous !== undefined && void showSibling(previous)}
      >
        <ChevronLeft size={13} aria-hidden />
      </button>
      <span>
        <span className="visually-hidden">Version </span>
        {index + 1} / {siblingIds.length}
      </span>
      <button
        type="button"
        aria-label="Next version"
        disabled={next === undefined || isWriting}
        onClick={() => next !== undefined && void showSibling(next)}
      >
        <ChevronRight size={13} aria-hidden />
      </button>
    </span>
  );
}
