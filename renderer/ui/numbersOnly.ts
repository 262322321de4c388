// What a field for a number takes of a text. More than any number of the app needs would only make the window slow.

/** A sign, the ten digits of the largest number (4,294,967,295), a point, and decimals. */
export const MAX_NUMBER_CHARACTERS = 20;

/** The digits, signs and decimal marks of a text, as many as a field has room for. */
export function numbersOnly(text: string, room = MAX_NUMBER_CHARACTERS): string {
  let kept = "";
  for (const [character] of text.matchAll(/[\d+\-.,]/gu)) {
    if (kept.length >= room) break;
    kept += character;
  }
  return kept;
}

/** With a point or a comma before decimals, and where the number is whole with either between thousands. Null: it is no number. */
export function readNumber(text: string, isWhole: boolean): number | null {
  const typed = text.trim();
  const plain = isWhole && /^[+-]?\d{1,3}([.,]\d{3})+$/u.test(typed) ? typed.replaceAll(/[.,]/gu, "") : typed;
  const value = Number(plain.replace(",", "."));
  return plain === "" || !Number.isFinite(value) ? null : value;
}
