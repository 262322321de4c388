// Below an answer that ends with tool calls: a field for what each of them gives. The model goes on with it.
import { useId, useState, type KeyboardEvent, type ReactNode } from "react";
import type { Message } from "../../../../electron/contract/chat";
import type { ToolCallPart } from "../../../../electron/contract/parts";
import { Button } from "../../../ui/Button";
import { useChat } from "../chatStore";
import { writingMessage } from "../conversation/answerActions";
import { messageLimits } from "../textField/chatLimits";
import { MessageField } from "../textField/MessageField";
import { preview, resultHeading } from "./partWords";
import { emptyResultWords } from "./ToolResult";
import { changeResultDraft, sendDrafts, useResultDraft, waitingCalls } from "./toolResults";
import styles from "./ToolResultsForm.module.css";
import { t } from "../../../../electron/words/language";

/** Nothing where no result is waited for. */
export function ToolResultsForm({ message }: { readonly message: Message }): ReactNode {
  const calls = waitingCalls(message);
  const [isSending, setIsSending] = useState(false);
  // Side by side, the others may not be there yet.
  const isWriting = useChat((state) => writingMessage(state) !== null);
  if (calls.length === 0 || isWriting) return null;

  async function send(): Promise<void> {
    if (isSending) return;
    setIsSending(true);
    await sendDrafts(message.id, calls);
    setIsSending(false);
  }

  /** Enter leads through the fields; in the last one it sends. */
  function pressKey(event: KeyboardEvent<HTMLTextAreaElement>): void {
    if (event.key !== "Enter" || event.shiftKey || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const fields = [...(event.currentTarget.form?.querySelectorAll("textarea") ?? [])];
    const next = fields[fields.indexOf(event.currentTarget) + 1];
    if (next === undefined) void send();
    else next.focus();
  }

  return (
    <form
      className={styles.form}
      aria-label={t("Tool results")}
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      {calls.map((call) => (
        <ResultField key={call.callId} message={message} call={call} onKeyDown={pressKey} />
      ))}
      <div className={styles.row}>
        <p className={styles.note}>{t("The model is waiting for this. Facet doesn’t run tools itself.")}</p>
        <Button type="submit" look="primary" disabled={isSending}>
          {t("Send")}
        </Button>
      </div>
    </form>
  );
}

interface ResultFieldProps {
  readonly message: Message;
  readonly call: ToolCallPart;
  readonly onKeyDown: (event: KeyboardEvent<HTMLTextAreaElement>) => void;
}

function ResultField({ message, call, onKeyDown }: ResultFieldProps): ReactNode {
  const draft = useResultDraft(message.id, call);
  const id = useId();
  return (
    <div className={styles.field} data-drop-area>
      <label htmlFor={id}>
        <bdi>{resultHeading(call.name)}</bdi>
      </label>
      {/* Tells two calls of one tool apart. */}
      <span id={`${id}-call`} className={styles.call}>
        <bdi>{preview(call.arguments)}</bdi>
      </span>
      <div className={styles.text}>
        <MessageField
          id={id}
          aria-describedby={`${id}-call`}
          placeholder={emptyResultWords()}
          rows={1}
          spellCheck={false}
          owner={`${message.id} ${call.callId}`}
          limits={messageLimits}
          draft={draft}
          onChange={(change) => changeResultDraft(message.id, call, change)}
          onKeyDown={onKeyDown}
        />
      </div>
    </div>
  );
}
