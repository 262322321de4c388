// What the model said, from the first wait to the measured end: one component throughout, so that nothing jumps.
import { RefreshCw } from "lucide-react";
import { useLayoutEffect, type ReactNode } from "react";
import type { Message } from "../../../../electron/contract/chat";
import type { NamedStack } from "../../../../electron/contract/deltas";
import { type MessagePart, textOf } from "../../../../electron/contract/parts";
import { useApp } from "../../../app/appStore";
import { failureText } from "../../../../electron/words/failureText";
import { formatPercent, formatSpeed } from "../../../../electron/words/quantities";
import { Button } from "../../../ui/Button";
import { FailureDetails } from "../../../ui/FailureDetails";
import { kindWords, stackHue, stackName } from "../../deltas/stackWords";
import { loadedModel } from "../../model/loadedModel";
import { useChat } from "../chatStore";
import { CopyButton } from "../markdown/CopyButton";
import { Markdown } from "../markdown/Markdown";
import { Thought } from "../parts/Thought";
import { ToolCall } from "../parts/ToolCall";
import { recordShown } from "../stream/flushTiming";
import { livePartsOf, useLiveAnswer } from "../stream/liveAnswer";
import styles from "./Answer.module.css";
import { regenerateAnswer, saveUnsaved, writingMessage } from "./answerActions";
import { cutWords, endingWords } from "./endingWords";
import { FactsDetails } from "./FactsDetails";
import { factsLine, formatTokens } from "./factsText";
import { QuietButton } from "./QuietButton";
import { SiblingSwitcher } from "./SiblingSwitcher";
import { TryWith } from "./TryWith";
import { t } from "../../../../electron/words/language";

export function Answer({ message }: { readonly message: Message }): ReactNode {
  const isWriting = message.state === "writing";
  const hasFailed = message.state === "failed" || message.failure !== null;
  // What failed without a word has nothing to measure or to copy.
  const hasMeta = !hasFailed || message.parts.length > 0 || message.siblingIds.length > 1;
  return (
    <div className={styles.answer} data-hue={stackHue(message.stack) ?? "base"}>
      <Edge stack={message.stack} />
      <AnswerText message={message} />
      {hasFailed ? <Failed message={message} /> : <Cut message={message} />}
      <NotSaved message={message} />
      {hasMeta ? (
        <div className={styles.meta}>{isWriting ? <LiveFacts message={message} /> : <Facts message={message} />}</div>
      ) : null}
    </div>
  );
}

/** Who speaks, for the eye: a part for each of a stack. The name stands in the line of facts. */
function Edge({ stack }: { readonly stack: NamedStack }): ReactNode {
  return (
    <span className={styles.edge} aria-hidden>
      {stack.length === 0 ? <i /> : stack.map(({ deltaId, hue }) => <i key={deltaId} data-hue={hue} />)}
    </span>
  );
}

/** Live while the message is being written and the stream is here; main's own text before and after. */
export function AnswerText({ message }: { readonly message: Message }): ReactNode {
  const isWriting = message.state === "writing";
  const liveParts = useLiveAnswer((live) => (isWriting ? livePartsOf(live, message.id) : null));
  useLayoutEffect(() => {
    if (liveParts !== null) recordShown();
  }, [liveParts]);
  const parts = liveParts ?? message.parts;
  if (parts.length === 0 && isWriting) return <Waiting message={message} />;
  return (
    <div className={styles.parts}>
      {parts.map((part, index) => (
        // Parts are only ever added at the end.
        <Part
          key={index}
          message={message}
          index={index}
          part={part}
          isWriting={isWriting && index === parts.length - 1}
        />
      ))}
    </div>
  );
}

interface PartProps {
  readonly message: Message;
  readonly index: number;
  readonly part: MessagePart;
  readonly isWriting: boolean;
}

function Part({ message, index, part, isWriting }: PartProps): ReactNode {
  switch (part.kind) {
    case "text":
      return <Markdown text={part.text} growing={isWriting} />;
    case "thought": {
      const isThinking = isWriting && part.durationMs === null;
      return !isThinking && part.text.trim() === "" ? null : (
        <Thought message={message} index={index} thought={part} isWriting={isThinking} />
      );
    }
    case "tool-call":
      return <ToolCall foldKey={`${message.id} ${index}`} call={part} isWriting={isWriting} />;
    case "tool-result":
      // Only in messages of the user.
      return null;
  }
}

/** Before the first token. As high as a line of text, which will take its place. */
function Waiting({ message }: { readonly message: Message }): ReactNode {
  const words = useApp(({ engine }) => {
    if (engine.kind === "starting" || engine.kind === "loading") return t("Waiting for the model…");
    if (engine.kind !== "generating" || engine.messageId !== message.id) return t("Waiting…");
    if (engine.unresponsive) return t("The engine hasn’t responded for a while");
    return engine.phase === "prefill" && engine.prefillFraction > 0
      ? t("Reading… {percent}", { percent: formatPercent(engine.prefillFraction) })
      : t("Reading…");
  });
  return <p className={styles.waiting}>{words}</p>;
}

function LiveFacts({ message }: { readonly message: Message }): ReactNode {
  const tokens = useLiveAnswer((live) => (live.messageId === message.id ? live.answerTokens : 0));
  const speed = useLiveAnswer((live) => (live.messageId === message.id ? live.tokensPerSecond : null));
  return (
    <>
      <b className={styles.speaker}>{stackName(message.stack)}</b>
      {tokens === 0 ? null : (
        <span className={styles.facts}>
          {[formatTokens(tokens), speed === null ? null : formatSpeed(speed)]
            .filter((part) => part !== null)
            .join(" · ")}
        </span>
      )}
    </>
  );
}

function Facts({ message }: { readonly message: Message }): ReactNode {
  const isBusy = useChat((state) => writingMessage(state) !== null);
  const loadedModelId = useApp(({ engine }) => loadedModel(engine)?.modelId ?? null);
  const { facts, stack } = message;
  const ending = endingWords(message);
  return (
    <>
      {facts === null && stack.length === 0 ? null : (
        <b className={styles.speaker} title={speakerTitle(message)}>
          {stackName(stack)}
        </b>
      )}
      {ending === null ? null : <span className={styles.ending}>{ending}</span>}
      {facts === null ? null : <span className={styles.facts}>{factsLine(facts, stack, loadedModelId)}</span>}
      <SiblingSwitcher message={message} />
      <span className={styles.actions}>
        {textOf(message.parts) === "" ? null : (
          <CopyButton text={() => textOf(message.parts)} label={t("Copy answer")} />
        )}
        <QuietButton
          name={t("Regenerate")}
          icon={RefreshCw}
          disabled={isBusy}
          onClick={() => void regenerateAnswer(message.id)}
        />
        <TryWith messageId={message.id} stack={stack} disabled={isBusy} />
        {facts === null ? null : <FactsDetails facts={facts} stack={stack} />}
      </span>
    </>
  );
}

function speakerTitle({ stack, facts }: Message): string {
  const made =
    stack.length === 0 ? t("The model itself") : stack.map((entry) => `${entry.name}, ${kindWords(entry)}`).join(" + ");
  return facts === null ? made : `${made} · ${facts.modelName}`;
}

/** The answer ends where the model would have gone on. */
export function Cut({ message }: { readonly message: Message }): ReactNode {
  const words = cutWords(message);
  return words === null ? null : <p className={styles.cut}>{words}</p>;
}

/** The disk did not take it. */
export function NotSaved({ message }: { readonly message: Message }): ReactNode {
  if (message.isUnsaved !== true) return null;
  return (
    <div className={styles.failed}>
      <p className={styles.happened}>{t("This answer isn’t saved.")}</p>
      <p>{t("It is only in memory. Free some space on the disk, and Facet saves it.")}</p>
      <Button onClick={() => void saveUnsaved()}>{t("Save now")}</Button>
    </div>
  );
}

export function Failed({ message }: { readonly message: Message }): ReactNode {
  const isBusy = useChat((state) => writingMessage(state) !== null);
  if (message.failure === null) return <p className={styles.cut}>{t("There was no answer.")}</p>;
  const { happened, data, advice } = failureText(message.failure);
  return (
    <div className={styles.failed}>
      <p className={styles.happened}>{happened}</p>
      <p>
        {data} {advice}
      </p>
      <FailureDetails failure={message.failure} />
      <Button disabled={isBusy} onClick={() => void regenerateAnswer(message.id)}>
        {t("Try again")}
      </Button>
    </div>
  );
}
