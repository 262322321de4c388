// Puts the cursor into the message field, from wherever the user is.

export const COMPOSER_FIELD_ID = "message-field";

export function focusComposer(): void {
  document.getElementById(COMPOSER_FIELD_ID)?.focus();
}
