// A thought of the model: one quiet line, live while it is written, and the words behind it.
import { useDeferredValue, useEffect, useRef, useState, type ReactNode } from "react";
import type { Message } from "../../../../electron/contract/chat";
import type { ThoughtPart } from "../../../../electron/contract/parts";
import { formatDuration } from "../../../../electron/words/quantities";
import { keysOf } from "../../../app/actions";
import { Markdown } from "../markdown/Markdown";
import { useLiveAnswer } from "../stream/liveAnswer";
import { askToAnswer, useAskedToAnswer } from "./answerNow";
import { Fold } from "./Fold";
import { thoughtWords } from "./partWords";
import styles from "./Thought.module.css";
import { t } from "../../../../electron/words/language";

interface ThoughtProps {
  readonly message: Message;
  /** Its place among the parts of the message. */
  readonly index: number;
  readonly thought: ThoughtPart;
  readonly isWriting: boolean;
}

export function Thought({ message, index, thought, isWriting }: ThoughtProps): ReactNode {
  const toggle = useRef<HTMLButtonElement>(null);
  return (
    <Fold
      foldKey={`${message.id} ${index}`}
      toggleRef={toggle}
      line={isWriting ? <Thinking message={message} /> : thoughtWords(thought.durationMs)}
      // The button goes when the answer begins; who pressed it with a key stays in the line.
      aside={
        isWriting &&
        message.requestId !== null && (
          <AnswerNow message={message} index={index} onPress={() => toggle.current?.focus()} />
        )
      }
    >
      {() => <Words text={thought.text} isWriting={isWriting} />}
    </Fold>
  );
}

/** A thought can be as long as a book: it is drawn beside other work, and the line opens at once. */
function Words({ text, isWriting }: { readonly text: string; readonly isWriting: boolean }): ReactNode {
  const shown = useDeferredValue(text, "");
  return <Markdown text={shown} growing={isWriting} />;
}

/** "Thinking · 12 s". Without the time where the window did not see it begin. */
function Thinking({ message }: { readonly message: Message }): ReactNode {
  const sinceMs = useLiveAnswer((live) => (live.messageId === message.id ? live.lastPartSinceMs : null));
  const seconds = useSecondsSince(sinceMs);
  return (
    <>
      <span>
        {t("Thinking")}
        {/* Not for a screen reader, which would read every second. */}
        {sinceMs !== null && <span aria-hidden> · {formatDuration(seconds)}</span>}
      </span>
      <i className={styles.pulse} data-beat={seconds % 2} aria-hidden />
    </>
  );
}

/** Whole seconds, counting; null: since now. `sinceMs` is on the page's own clock. */
function useSecondsSince(sinceMs: number | null): number {
  const [seconds, setSeconds] = useState(() => secondsSince(sinceMs ?? performance.now()));
  useEffect(() => {
    const startMs = sinceMs ?? performance.now();
    const count = () => setSeconds(secondsSince(startMs));
    count();
    const timer = setInterval(count, 250);
    return () => clearInterval(timer);
  }, [sinceMs]);
  return seconds;
}

function secondsSince(startMs: number): number {
  return Math.floor((performance.now() - startMs) / 1000);
}

interface AnswerNowProps {
  readonly message: Message;
  readonly index: number;
  readonly onPress: () => void;
}

function AnswerNow({ message, index, onPress }: AnswerNowProps): ReactNode {
  const isAsked = useAskedToAnswer(message, index);
  return (
    <button
      type="button"
      className={styles.answerNow}
      title={t("Stop thinking ({keys})", { keys: keysOf("answer-now") })}
      disabled={isAsked}
      onClick={() => {
        onPress();
        void askToAnswer(message, index);
      }}
    >
      {t("Answer now")}
    </button>
  );
}
