// ‹ 1 / 2 ›: the other versions of a message.
import { ChevronLeft, ChevronRight } from "lucide-react";
import type { ReactNode } from "react";
import type { Message } from "../../../../electron/contract/chat";
import type { MessageId } from "../../../../electron/contract/ids";
import { useChat } from "../chatStore";
import { showSibling, writingMessage } from "./answerActions";
import styles from "./SiblingSwitcher.module.css";
import { t } from "../../../../electron/words/language";
import { formatCount } from "../../../../electron/words/quantities";
import { richText } from "../../../ui/richText";

interface SiblingSwitcherProps {
  readonly message: Message;
  /** Those that are versions of it; all siblings when absent. */
  readonly among?: readonly MessageId[];
}

export function SiblingSwitcher({ message, among = message.siblingIds }: SiblingSwitcherProps): ReactNode {
  const isWriting = useChat((state) => writingMessage(state) !== null);
  if (among.length < 2) return null;
  const index = among.indexOf(message.id);
  const previous = among[index - 1];
  const next = among[index + 1];
  return (
    <span className={styles.switcher}>
      <button
        type="button"
        aria-label={t("Previous version")}
        disabled={previous === undefined || isWriting}
        onClick={() => previous !== undefined && void showSibling(previous)}
      >
        <ChevronLeft size={13} aria-hidden />
      </button>
      <span>
        {richText(
          "<hidden>Version </hidden>{number} / {count}",
          { hidden: (text) => <span className="visually-hidden">{text}</span> },
          { number: formatCount(index + 1), count: formatCount(among.length) },
        )}
      </span>
      <button
        type="button"
        aria-label={t("Next version")}
        disabled={next === undefined || isWriting}
        onClick={() => next !== undefined && void showSibling(next)}
      >
        <ChevronRight size={13} aria-hidden />
      </button>
    </span>
  );
}
