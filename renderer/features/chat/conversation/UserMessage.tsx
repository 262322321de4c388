// What the user said, or what tools gave: their words as they are, in a bubble; said differently in place.
import { Pencil } from "lucide-react";
import { useState, type KeyboardEvent, type ReactNode } from "react";
import { MAX_MESSAGE_CHARACTERS, type Message } from "../../../../electron/contract/chat";
import { textOf } from "../../../../electron/contract/parts";
import { Button } from "../../../ui/Button";
import { useChat } from "../chatStore";
import { FoldedText } from "../longText/FoldedText";
import { CopyButton } from "../markdown/CopyButton";
import { messageLimits } from "../textField/chatLimits";
import { draftMessage, isBlank } from "../textField/messageDraft";
import { MessageField } from "../textField/MessageField";
import { allLanded } from "../textField/landingTexts";
import { ToolResult } from "../parts/ToolResult";
import { editMessage, writingMessage } from "./answerActions";
import { beginEditing, editing, endEditing, useEditing } from "./editing";
import styles from "./UserMessage.module.css";
import { QuietButton } from "./QuietButton";
import { SiblingSwitcher } from "./SiblingSwitcher";
import { t } from "../../../../electron/words/language";

export function UserMessage({ message }: { readonly message: Message }): ReactNode {
  const isEdited = useEditing((state) => state.messageId === message.id);
  const isWriting = useChat((state) => writingMessage(state) !== null);
  if (isEdited) return <EditedMessage message={message} />;
  const text = textOf(message.parts);
  const hasResults = message.parts.some(({ kind }) => kind === "tool-result");
  return (
    <div className={styles.person}>
      <div className={styles.bubble} dir="auto" data-results={hasResults || undefined}>
        {message.parts.map(
          (part, index) =>
            part.kind === "tool-result" && (
              <ToolResult key={part.callId} foldKey={`${message.id} ${index}`} result={part} />
            ),
        )}
        {text !== "" && <FoldedText foldKey={`${message.id}-text`} text={text} />}
      </div>
      <div className={message.siblingIds.length > 1 ? styles.actionsShown : styles.actions}>
        <SiblingSwitcher message={message} />
        {text !== "" && <CopyButton text={() => text} label={t("Copy message")} />}
        {/* Results are answers to calls: they are typed where the calls are. */}
        {!hasResults && (
          <QuietButton
            name={t("Edit message")}
            icon={Pencil}
            disabled={isWriting}
            onClick={() => beginEditing(message.id, text)}
          />
        )}
      </div>
    </div>
  );
}

function EditedMessage({ message }: { readonly message: Message }): ReactNode {
  const draft = useEditing((state) => state.draft);
  const isWriting = useChat((state) => writingMessage(state) !== null);
  const [isSending, setIsSending] = useState(false);
  const canSend = !isWriting && !isSending && !isBlank(draft) && draftMessage(draft).length <= MAX_MESSAGE_CHARACTERS;

  async function send(): Promise<void> {
    if (!canSend) return;
    setIsSending(true);
    const accepted = (await allLanded()) && (await editMessage(message.id, draftMessage(editing.getState().draft)));
    setIsSending(false);
    if (accepted) endEditing();
  }

  function pressKey(event: KeyboardEvent<HTMLTextAreaElement>): void {
    if (event.key === "Escape") {
      // Not also "stop".
      event.preventDefault();
      endEditing();
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      void send();
    }
  }

  return (
    <div className={styles.edited} data-drop-area>
      <MessageField
        className={styles.field}
        aria-label={t("Edited message")}
        focusAtEnd
        owner={message.id}
        limits={messageLimits}
        draft={draft}
        onChange={(change) => editing.setState((state) => ({ draft: change(state.draft) }))}
        onKeyDown={pressKey}
      />
      <div className={styles.editedRow}>
        <p className={styles.note}>{t("The model writes a new answer. The old version is kept.")}</p>
        <Button look="quiet" onClick={endEditing}>
          {t("Cancel")}
        </Button>
        <Button look="primary" disabled={!canSend} onClick={() => void send()}>
          {t("Send")}
        </Button>
      </div>
    </div>
  );
}
