// One of the answers side by side: its name and hue, its words as they come, what was measured, and what can be done with it.
import { CornerDownLeft, RefreshCw, Square } from "lucide-react";
import { useId, type ReactNode } from "react";
import type { Message } from "../../../../electron/contract/chat";
import { textOf } from "../../../../electron/contract/parts";
import { useApp } from "../../../app/appStore";
import { formatSpeed } from "../../../../electron/words/quantities";
import { IconButton } from "../../../ui/IconButton";
import { useDeltas } from "../../deltas/deltas";
import { stackHue, stackName } from "../../deltas/stackWords";
import { loadedModel } from "../../model/loadedModel";
import { useChat } from "../chatStore";
import { AnswerText, Cut, Failed, NotSaved } from "../conversation/Answer";
import { regenerateAnswer, stopMessage, writingMessage } from "../conversation/answerActions";
import { endingWords } from "../conversation/endingWords";
import { FactsDetails } from "../conversation/FactsDetails";
import { QuietButton } from "../conversation/QuietButton";
import { SiblingSwitcher } from "../conversation/SiblingSwitcher";
import { TryWith } from "../conversation/TryWith";
import { CopyButton } from "../markdown/CopyButton";
import { useLiveAnswer } from "../stream/liveAnswer";
import type { Column } from "./comparedAnswers";
import { goOnWith } from "./comparisonActions";
import styles from "./ComparisonColumn.module.css";
import { columnFacts, columnName, columnPill } from "./comparisonWords";

interface ComparisonColumnProps {
  readonly column: Column;
  /** On the shown branch: what comes next in this chat follows it. */
  readonly isShown: boolean;
  /** One is written after the other; null = nothing else is being written. */
  readonly waitsFor: Message | null;
}

export function ComparisonColumn({
  column: { answer, versionIds },
  isShown,
  waitsFor,
}: ComparisonColumnProps): ReactNode {
  const headingId = useId();
  const isBusy = useChat((state) => writingMessage(state) !== null);
  const goesOnHere = isShown && !isBusy;
  return (
    <section
      className={styles.column}
      aria-labelledby={headingId}
      data-hue={stackHue(answer.stack) ?? "base"}
      data-shown={goesOnHere || undefined}
    >
      <header className={styles.header}>
        <i className={styles.dot} />
        <h3 id={headingId} className={styles.name}>
          {columnName(answer.stack)}
        </h3>
        <Pill answer={answer} />
      </header>
      <Words answer={answer} waitsFor={waitsFor} />
      <footer className={styles.footer}>
        {answer.state === "writing" ? (
          <>
            <LiveSpeed answer={answer} />
            <IconButton
              className={styles.last}
              name={`Stop ${stackName(answer.stack)}`}
              icon={<Square size={11} fill="currentColor" aria-hidden />}
              onClick={() => stopMessage(answer)}
            />
          </>
        ) : (
          <>
            <Facts answer={answer} />
            {goesOnHere && <span className={styles.here}>goes on here</span>}
            <span className={styles.actions}>
              <SiblingSwitcher message={answer} among={versionIds} />
              {textOf(answer.parts) !== "" && (
                <CopyButton text={() => textOf(answer.parts)} label={`Copy the answer of ${stackName(answer.stack)}`} />
              )}
              {!hasFailed(answer) && (
                <QuietButton
                  name={`Regenerate ${stackName(answer.stack)}`}
                  icon={RefreshCw}
                  disabled={isBusy}
                  onClick={() => void regenerateAnswer(answer.id)}
                />
              )}
              {!hasFailed(answer) && (
                <TryWith
                  messageId={answer.id}
                  name={`Try ${stackName(answer.stack)} with …`}
                  stack={answer.stack}
                  isCompared
                  disabled={isBusy}
                />
              )}
              {answer.facts !== null && <FactsDetails facts={answer.facts} stack={answer.stack} />}
              {textOf(answer.parts) !== "" && (
                <QuietButton
                  name={`Go on with ${stackName(answer.stack)}`}
                  icon={CornerDownLeft}
                  disabled={isBusy}
                  onClick={() => void goOnWith(answer)}
                />
              )}
            </span>
          </>
        )}
      </footer>
    </section>
  );
}

/** Then there is "Try again" already. */
function hasFailed({ state, failure }: Message): boolean {
  return state === "failed" || failure !== null;
}

function Pill({ answer }: { readonly answer: Message }): ReactNode {
  const library = useDeltas((state) => state.list);
  const loaded = useApp(({ engine }) => loadedModel(engine));
  const words = columnPill(answer, library, loaded);
  return words === null ? null : <span className={styles.pill}>{words}</span>;
}

function Words({
  answer,
  waitsFor,
}: Pick<ComparisonColumnProps, "waitsFor"> & { readonly answer: Message }): ReactNode {
  const isHeld = useLiveAnswer((live) => live.messageId === answer.id);
  if (waitsFor !== null && answer.state === "writing" && answer.parts.length === 0 && !isHeld) {
    return <p className={styles.waiting}>Waits for {stackName(waitsFor.stack)}</p>;
  }
  return (
    <div>
      <AnswerText message={answer} />
      {hasFailed(answer) ? <Failed message={answer} /> : <Cut message={answer} />}
      <NotSaved message={answer} />
    </div>
  );
}

function LiveSpeed({ answer }: { readonly answer: Message }): ReactNode {
  const speed = useLiveAnswer((live) => (live.messageId === answer.id ? live.tokensPerSecond : null));
  return <span className={styles.facts}>{speed === null ? null : formatSpeed(speed)}</span>;
}

function Facts({ answer }: { readonly answer: Message }): ReactNode {
  const library = useDeltas((state) => state.list);
  const words = [endingWords(answer), columnFacts(answer, library)]
    .filter((part) => part !== null && part !== "")
    .join(" · ");
  return <span className={styles.facts}>{words}</span>;
}
