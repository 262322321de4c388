// The field where a message is written: grows with it, keeps it per chat, sends it, stops the answer.
import { ArrowUp, Square } from "lucide-react";
import { useEffect, useState, type KeyboardEvent, type ReactNode } from "react";
import { keysOf } from "../../../app/actions";
import { useApp } from "../../../app/appStore";
import { failureText } from "../../../../electron/words/failureText";
import { toggleDialog } from "../../../app/layout";
import { stackHue, stackName } from "../../deltas/stackWords";
import { chatStore, useChat } from "../chatStore";
import { ColumnChoices } from "../comparison/ColumnChoices";
import { askWords } from "../comparison/columnPlan";
import { askSideBySide } from "../comparison/comparisonActions";
import { useSideBySide } from "../comparison/sideBySide";
import { sendMessage, stopAnswer, writingMessage } from "../conversation/answerActions";
import { useNextSpeaker } from "../fineTunes/useNextSpeaker";
import { messageLimits } from "../textField/chatLimits";
import { draftMessage, emptyDraft, isBlank } from "../textField/messageDraft";
import { MessageField } from "../textField/MessageField";
import { allLanded } from "../textField/landingTexts";
import { StructureSwitch } from "../structure/StructureSwitch";
import { ToolsSwitch } from "../structure/ToolsSwitch";
import { ThinkingButton } from "../thinking/ThinkingButton";
import styles from "./Composer.module.css";
import { composerState } from "./composerState";
import { ContextRing } from "./ContextRing";
import { changeDraft, draftKey, giveBack, openDraft } from "./draft";
import { COMPOSER_FIELD_ID, focusComposer } from "./focusComposer";
import { t } from "../../../../electron/words/language";

/** A sentence about the last try, for the chat it belongs to. */
interface Problem {
  readonly chat: string;
  readonly sentence: string;
}

export function Composer(): ReactNode {
  const draft = useChat(openDraft);
  const chat = useChat(draftKey);
  const isWriting = useChat((state) => writingMessage(state) !== null);
  const engine = useApp((state) => state.engine);
  const hasModel = useApp((state) => state.models.length > 0);
  const next = useNextSpeaker();
  const sideBySide = useSideBySide();
  const [isSending, setIsSending] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  /** What was said about texts that came in is over with each message. */
  const [sentCount, setSentCount] = useState(0);

  /** null: one answers. */
  const columns = sideBySide.isOn && sideBySide.plan.kind === "ready" ? sideBySide.plan.columns : null;
  const isChecking = sideBySide.isOn && columns === null;
  const { canSend: isReady, hint } = composerState(engine, hasModel, isWriting);
  const canSend = isReady && !isSending && !isBlank(draft) && !isChecking;
  const shownProblem = problem?.chat === chat ? problem.sentence : null;

  // The user came to write.
  useEffect(focusComposer, []);

  async function send(): Promise<void> {
    if (!isReady || isSending || isChecking) return;
    setIsSending(true);
    // A text that was pasted a moment ago belongs to the message, also where the field is still empty; of one that did not fit the user
    // is told first.
    const isComplete = await allLanded();
    const state = chatStore.getState();
    const sent = openDraft(state);
    if (!isComplete || draftKey(state) !== chat || isBlank(sent)) {
      setIsSending(false);
      return;
    }
    setProblem(null);
    setSentCount((count) => count + 1);
    changeDraft(chat, () => emptyDraft);
    const outcome = await (columns === null
      ? sendMessage(draftMessage(sent))
      : askSideBySide(draftMessage(sent), columns));
    setIsSending(false);
    if (outcome.sent) return;
    giveBack(sent);
    if (outcome.failure !== null) {
      const { happened, advice } = failureText(outcome.failure);
      setProblem({ chat, sentence: [happened, advice].join(" ") });
    }
  }

  function pressKey(event: KeyboardEvent<HTMLTextAreaElement>): void {
    if (event.key === "/" && draft.text === "" && hasModel && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      toggleDialog("fine-tunes");
      return;
    }
    if (event.key !== "Enter" || event.shiftKey) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    void send();
  }

  return (
    <section
      className={styles.composer}
      data-hue={stackHue(next.stack) ?? "base"}
      data-several={sideBySide.isOn || undefined}
      data-drop-area
      aria-label={t("Write a message")}
    >
      {sideBySide.isOn && <ColumnChoices plan={sideBySide.plan} />}
      <MessageField
        id={COMPOSER_FIELD_ID}
        owner={`${chat} ${sentCount}`}
        limits={messageLimits}
        draft={draft}
        onChange={(change) => {
          setProblem(null);
          changeDraft(chat, change);
        }}
        className={styles.field}
        aria-label={t("Message")}
        aria-describedby="composer-hint composer-speaker" // not translated
        placeholder={columns === null ? emptyWords(hasModel) : askWords(columns)}
        rows={1}
        spellCheck
        onKeyDown={pressKey}
      />
      <div className={styles.row}>
        <ThinkingButton />
        <StructureSwitch />
        <ToolsSwitch />
        <p
          id="composer-hint"
          className={shownProblem === null ? styles.hint : styles.problem}
          role={shownProblem === null ? undefined : "alert"}
        >
          {shownProblem ?? (sideBySide.isOn ? null : next.leftOut) ?? hint}
        </p>
        {/* The rim says it to the eye. */}
        <span id="composer-speaker" className="visually-hidden">
          {sideBySide.isOn ? "" : t("{name} answers next", { name: stackName(next.stack) })}
        </span>
        <ContextRing />
        {/* One button, so that the focus stays when its meaning changes. */}
        <button
          type="button"
          className={styles.send}
          aria-label={isWriting ? t("Stop") : t("Send")}
          title={
            isWriting ? t("Stop ({keys})", { keys: keysOf("stop") }) : t("Send ({keys})", { keys: keysOf("send") })
          }
          aria-disabled={!isWriting && !canSend}
          onClick={() => (isWriting ? stopAnswer() : void send())}
        >
          {isWriting ? (
            <Square size={12} fill="currentColor" aria-hidden />
          ) : (
            <ArrowUp size={17} strokeWidth={2.25} aria-hidden />
          )}
        </button>
      </div>
    </section>
  );
}

function emptyWords(hasModel: boolean): string {
  return hasModel ? t("Write a message, or press / for fine-tunes") : t("Write a message");
}
