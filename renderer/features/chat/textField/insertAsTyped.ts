// Puts a text into a text field as if it had been typed or pasted there: undo takes it back in one step.

/** Where in a field a text belongs. */
export interface Place {
  /** The field's text when that was decided. */
  readonly value: string;
  readonly start: number;
  readonly end: number;
}

export function placeIn({ value, selectionStart, selectionEnd }: HTMLTextAreaElement): Place {
  return { value, start: selectionStart, end: selectionEnd };
}

/** The field's text with a text in its place. */
export function withText({ value, start, end }: Place, text: string): string {
  return value.slice(0, start) + text + value.slice(end);
}

/**
 * Whether it stands there now; where it does not, nothing was done that the field's owner cannot overwrite. What was typed since the
 * place was taken stays, after the text.
 */
export function insertAsTyped(field: HTMLTextAreaElement, text: string, place: Place): boolean {
  const typedSince = field.value !== place.value;
  const caret = field.selectionEnd;
  const end = typedSince ? place.start : place.end;
  const wanted = withText({ value: field.value, start: place.start, end }, text);
  field.focus();
  field.setSelectionRange(place.start, end);
  // The only way in that undo knows of. As HTML, which a text field takes as text: "insertText" takes seconds for a thousand lines.
  if (!document.execCommand("insertHTML", false, escapeHtml(text)) || field.value !== wanted) return false;
  if (typedSince) field.setSelectionRange(caret + text.length, caret + text.length);
  // As after a paste, the caret is in view.
  if (field.selectionEnd === field.value.length) field.scrollTop = field.scrollHeight;
  return true;
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
