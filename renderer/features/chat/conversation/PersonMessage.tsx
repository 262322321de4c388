// What the person said: their words as they are, in a bubble; said differently in place.
import { Pencil } from "lucide-react";
import { useState, type KeyboardEvent, type ReactNode } from "react";
import { MAX_MESSAGE_CHARACTERS, type Message } from "../../../../electron/contract/chat";
import { Button } from "../../../ui/Button";
import { useChat } from "../chatStore";
import { CopyButton } from "../markdown/CopyButton";
import { editMessage, writingMessage } from "./answerActions";
import { beginEditing, editing, endEditing, useEditing } from "./editing";
import styles from "./PersonMessage.module.css";
import { QuietButton } from "./QuietButton";
import { SiblingSwitcher } from "./SiblingSwitcher";

export function PersonMessage({ message }: { readonly message: Message }): ReactNode {
  const isEdited = useEditing((state) => state.messageId === message.id);
  const isWriting = useChat((state) => writingMessage(state) !== null);
  if (isEdited) return <EditedMessage message={message} />;
  return (
    <div className={styles.person}>
      <div className={styles.bubble} dir="auto">
        {message.text}
      </div>
      <div className={message.siblingIds.length > 1 ? styles.actionsShown : styles.actions}>
        <SiblingSwitcher message={message} />
        <CopyButton text={() => message.text} label="Copy message" />
        <QuietButton name="Edit message" icon={Pencil} disabled={isWriting} onClick={() => beginEditing(message.id, message.text)} />
      </div>
    </div>
  );
}

/** The person pressed Edit to write: the cursor stands after their words. */
function startWriting(field: HTMLTextAreaElement | null): void {
  field?.focus();
  field?.setSelectionRange(field.value.length, field.value.length);
}

function EditedMessage({ message }: { readonly message: Message }): ReactNode {
  const text = useEditing((state) => state.text);
  const isWriting = useChat((state) => writingMessage(state) !== null);
  const [isSending, setIsSending] = useState(false);
  const canSend = !isWriting && !isSending && text.trim() !== "" && text.length <= MAX_MESSAGE_CHARACTERS;

  async function send(): Promise<void> {
    if (!canSend) return;
    setIsSending(true);
    const accepted = await editMessage(message.id, text);
    setIsSending(false);
    if (accepted) endEditing();
  }

  function pressKey(event: KeyboardEvent<HTMLTextAreaElement>): void {
    if (event.key === "Escape") {
      // Not also "stop".
      event.preventDefault();
      endEditing();
    } else if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing && event.keyCode !== 229) {
      event.preventDefault();
      void send();
    }
  }

  return (
    <div className={styles.edited}>
      <textarea
        className={styles.field}
        aria-label="Edited message"
        ref={startWriting}
        value={text}
        maxLength={MAX_MESSAGE_CHARACTERS}
        onChange={(event) => editing.setState({ text: event.currentTarget.value })}
        onKeyDown={pressKey}
      />
      <div className={styles.editedRow}>
        <p className={styles.note}>The answer is written anew. The old version is kept.</p>
        <Button look="quiet" onClick={endEditing}>
          Cancel
        </Button>
        <Button look="primary" disabled={!canSend} onClick={() => void send()}>
          Send
        </Button>
      </div>
    </div>
  );
}
