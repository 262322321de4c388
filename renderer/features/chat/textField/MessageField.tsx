// The field of a message, new or edited, or of a tool's result: its words, and above them the texts that are too long for a field.
import { useRef, type KeyboardEvent, type ReactNode } from "react";
import { MAX_MESSAGE_CHARACTERS } from "../../../../electron/contract/chat";
import { appStore } from "../../../app/appStore";
import { matchesChord } from "../../../app/keyChord";
import { LongTexts } from "./LongTexts";
import { draftMessage, type MessageDraft } from "./messageDraft";
import { TextField, type TextFieldProps } from "./TextField";

interface MessageFieldProps extends Omit<TextFieldProps, "beside" | "onChange" | "onLongText" | "value" | "maxLength"> {
  readonly draft: MessageDraft;
  readonly onChange: (change: (draft: MessageDraft) => MessageDraft) => void;
}

export function MessageField({ draft, onChange, onKeyDown, ...rest }: MessageFieldProps): ReactNode {
  const { text, longTexts } = draft;
  /** The last change put a long text beside the field: of that the browser's own undo does not know. */
  const undoTakesLongText = useRef(false);

  function remove(index: number): void {
    undoTakesLongText.current = false;
    onChange((before) => ({ ...before, longTexts: before.longTexts.filter((_, other) => other !== index) }));
  }

  function pressKey(event: KeyboardEvent<HTMLTextAreaElement>): void {
    if (
      undoTakesLongText.current &&
      longTexts.length > 0 &&
      matchesChord("Mod+Z", event, appStore().getState().platform)
    ) {
      event.preventDefault();
      remove(longTexts.length - 1);
    } else onKeyDown?.(event);
  }

  return (
    <>
      <LongTexts texts={longTexts} onRemove={remove} />
      <TextField
        {...rest}
        value={text}
        beside={longTexts}
        maxLength={Math.max(0, MAX_MESSAGE_CHARACTERS - draftMessage({ text: "", longTexts }).length)}
        onChange={(next) => {
          undoTakesLongText.current = false;
          onChange((before) => ({ ...before, text: next }));
        }}
        onLongText={(long) => {
          undoTakesLongText.current = true;
          onChange((before) => ({ ...before, longTexts: [...before.longTexts, long] }));
        }}
        onKeyDown={pressKey}
      />
    </>
  );
}
