// The field where a message is written: grows with it, keeps it per chat, sends it, stops the answer.
import { ArrowUp, Square } from "lucide-react";
import { useEffect, useState, type ChangeEvent, type KeyboardEvent, type ReactNode } from "react";
import { MAX_MESSAGE_CHARACTERS } from "../../../../electron/contract/chat";
import { useApp } from "../../../app/appStore";
import { failureText } from "../../../app/failureText";
import { toggleDialog } from "../../../app/layout";
import { formatCount } from "../../../app/quantities";
import { stackHue, stackName } from "../../deltas/stackWords";
import { useChat } from "../chatStore";
import { ColumnChoices } from "../comparison/ColumnChoices";
import { askWords } from "../comparison/columnPlan";
import { askSideBySide } from "../comparison/comparisonActions";
import { useSideBySide } from "../comparison/sideBySide";
import { sendMessage, stopAnswer, writingMessage } from "../conversation/answerActions";
import { useNextSpeaker } from "../fineTunes/useNextSpeaker";
import styles from "./Composer.module.css";
import { composerState } from "./composerState";
import { ContextRing } from "./ContextRing";
import { draftKey, giveBack, openDraft, setOpenDraft } from "./draft";
import { COMPOSER_FIELD_ID, focusComposer } from "./focusComposer";

const TOO_LONG = `That is more than ${formatCount(MAX_MESSAGE_CHARACTERS)} characters, too much for one message. It was left out.`;

/** A sentence about the last try, for the chat it belongs to. */
interface Problem {
  readonly chat: string;
  readonly sentence: string;
}

export function Composer(): ReactNode {
  const text = useChat(openDraft);
  const chat = useChat(draftKey);
  const isWriting = useChat((state) => writingMessage(state) !== null);
  const engine = useApp((state) => state.engine);
  const hasModel = useApp((state) => state.models.length > 0);
  const next = useNextSpeaker();
  const sideBySide = useSideBySide();
  const [isSending, setIsSending] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);

  /** null: one answers. */
  const columns = sideBySide.isOn && sideBySide.plan.kind === "ready" ? sideBySide.plan.columns : null;
  const isChecking = sideBySide.isOn && columns === null;
  const state = composerState(engine, hasModel, isWriting);
  const canSend = state.canSend && !isSending && text.trim() !== "" && !isChecking;
  const shownProblem = problem?.chat === chat ? problem.sentence : null;

  // The person came to write.
  useEffect(focusComposer, []);

  async function send(): Promise<void> {
    if (!canSend) return;
    setIsSending(true);
    setProblem(null);
    setOpenDraft("");
    const outcome = await (columns === null ? sendMessage(text) : askSideBySide(text, columns));
    setIsSending(false);
    if (outcome.sent) return;
    giveBack(text);
    if (outcome.failure !== null) {
      const { happened, advice } = failureText(outcome.failure);
      setProblem({ chat, sentence: `${happened} ${advice}` });
    }
  }

  function change(event: ChangeEvent<HTMLTextAreaElement>): void {
    const { value } = event.currentTarget;
    if (value.length > MAX_MESSAGE_CHARACTERS) {
      setProblem({ chat, sentence: TOO_LONG });
      return;
    }
    setProblem(null);
    setOpenDraft(value);
  }

  function pressKey(event: KeyboardEvent<HTMLTextAreaElement>): void {
    if (event.key === "/" && text === "" && hasModel && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      toggleDialog("fine-tunes");
      return;
    }
    // While an input method composes, Enter belongs to it (229 in browsers that end composing first).
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing || event.keyCode === 229) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    void send();
  }

  return (
    <section className={styles.composer} data-hue={stackHue(next.stack) ?? "base"} data-several={sideBySide.isOn || undefined} aria-label="Write a message">
      {sideBySide.isOn && <ColumnChoices plan={sideBySide.plan} />}
      <textarea
        id={COMPOSER_FIELD_ID}
        className={styles.field}
        aria-label="Message"
        aria-describedby="composer-hint composer-speaker"
        placeholder={columns === null ? emptyWords(hasModel) : askWords(columns)}
        rows={1}
        spellCheck
        value={text}
        onChange={change}
        onKeyDown={pressKey}
      />
      <div className={styles.row}>
        <p id="composer-hint" className={shownProblem === null ? styles.hint : styles.problem} role={shownProblem === null ? undefined : "alert"}>
          {shownProblem ?? (sideBySide.isOn ? null : next.leftOut) ?? state.hint}
        </p>
        {/* The rim says it to the eye. */}
        <span id="composer-speaker" className="visually-hidden">
          {sideBySide.isOn ? "" : `${stackName(next.stack)} answers next`}
        </span>
        <ContextRing />
        {/* One button, so that the focus stays when its meaning changes. */}
        <button
          type="button"
          className={styles.send}
          aria-label={isWriting ? "Stop" : "Send"}
          title={isWriting ? "Stop (Esc)" : "Send (Enter)"}
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
  return hasModel ? "Write a message, or press / for fine-tunes" : "Write a message";
}
