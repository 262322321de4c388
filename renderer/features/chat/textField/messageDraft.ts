// What is being written: the words in the field, and long texts beside it that would make the field slow.
import { isHeavy } from "./textWeight";

export interface MessageDraft {
  readonly text: string;
  /** Sent before the words of the field, in this order. */
  readonly longTexts: readonly string[];
}

export const emptyDraft: MessageDraft = { text: "", longTexts: [] };

/** Between two texts of one message. */
const GAP = "\n\n";
/** Of a long message that is edited, so many words after its last gap may stand in the field. */
const MAX_TAIL_CHARACTERS = 4_000;

/** The message as it is sent. */
export function draftMessage({ text, longTexts }: MessageDraft): string {
  return [...longTexts, ...(text === "" ? [] : [text])].join(GAP);
}

/** Nothing that could be sent. */
export function isBlank({ text, longTexts }: MessageDraft): boolean {
  return ![text, ...longTexts].some((one) => /\S/u.test(one));
}

/** A message to be edited; draftMessage gives the same text again. */
export function toDraft(message: string): MessageDraft {
  if (!isHeavy(message)) return { text: message, longTexts: [] };
  const gap = message.lastIndexOf(GAP);
  const tail = message.slice(gap + GAP.length);
  if (gap <= 0 || tail.length === 0 || tail.length > MAX_TAIL_CHARACTERS || isHeavy(tail))
    return { text: "", longTexts: [message] };
  return { text: tail, longTexts: [message.slice(0, gap)] };
}

/** Words that could not be sent, before whatever was written since. */
export function joinDrafts(first: MessageDraft, then: MessageDraft): MessageDraft {
  const text = [first.text, then.text].filter((one) => one !== "").join("\n");
  return { text, longTexts: [...first.longTexts, ...then.longTexts] };
}
