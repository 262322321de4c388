// Answers to one question as columns next to each other: who says what, and with which one the chat goes on.
import type { ReactNode } from "react";
import { useShallow } from "zustand/react/shallow";
import type { Message } from "../../../../electron/contract/chat";
import { useChat } from "../chatStore";
import { comparedAnswers, toColumns } from "./comparedAnswers";
import styles from "./Comparison.module.css";
import { ComparisonColumn } from "./ComparisonColumn";
import { comparisonHeading } from "./comparisonWords";

/** `message`: the one of them that is on the shown branch. */
export function Comparison({ message }: { readonly message: Message }): ReactNode {
  const answers = useChat(useShallow((state) => comparedAnswers(state, message)));
  const columns = toColumns(answers, message.id);
  const writing = columns.find(({ answer }) => answer.state === "writing") ?? null;
  return (
    <div className={styles.frame}>
      {/* Focusable, so that the keyboard can scroll it where the columns do not fit. */}
      <section
        className={styles.columns}
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        aria-label={comparisonHeading(columns.map(({ answer }) => answer.stack))}
      >
        {columns.map((column) => (
          <ComparisonColumn
            key={column.versionIds[0]}
            column={column}
            isShown={column.answer.id === message.id}
            waitsFor={writing === null || writing === column ? null : writing.answer}
          />
        ))}
      </section>
    </div>
  );
}
