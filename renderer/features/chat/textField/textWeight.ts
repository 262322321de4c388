// How much work a text is for a text field, whose lines the browser lays out all at once, seen or not.

/** In characters of plain prose: a field with so much takes up to a few tenths of a second, ten times as much seconds to minutes. */
const MAX_WEIGHT = 100_000;

// As measured in Chromium where few fonts are installed: the browser looks for a font for each stretch of text.
const LINE_WEIGHT = 20;
const EMOJI_WEIGHT = 120;
const SYMBOL_WEIGHT = 20;
const LETTER_WEIGHT = 4;
/** Between Latin letters, Chinese characters and kana. */
const CHANGE_WEIGHT = 40;

/** Too much for a field. `times` the usual, where the text has no other place. */
export function isHeavy(text: string, times = 1): boolean {
  const most = MAX_WEIGHT * times;
  if (text.length > most) return true;
  if (text.length * EMOJI_WEIGHT <= most) return false;
  let weight = 0;
  let kind: Kind = "blank";
  let script: Kind = "blank";
  for (let index = 0; index < text.length && weight <= most; index++) {
    const before = kind;
    kind = kindOf(text.charCodeAt(index));
    if (kind === "line") weight += LINE_WEIGHT;
    else if (kind === "symbol") weight += SYMBOL_WEIGHT;
    else if (kind === "letter") weight += LETTER_WEIGHT;
    // Those that follow each other are drawn in one go.
    else if (kind === "surrogate" && before !== "surrogate") weight += EMOJI_WEIGHT;
    else weight += 1;
    if (kind !== "latin" && kind !== "chinese" && kind !== "kana") continue;
    if (kind !== script && script !== "blank") weight += CHANGE_WEIGHT;
    script = kind;
  }
  return weight > most;
}

/** "surrogate": half of a character beyond the basic ones, emoji mostly. "letter": of all alphabets that are not Latin. */
type Kind = "blank" | "line" | "latin" | "letter" | "symbol" | "chinese" | "kana" | "surrogate";

function kindOf(code: number): Kind {
  if (code === 0x0a) return "line";
  if (code < 0x41) return "blank";
  if (code < 0x250) return "latin";
  if (code < 0x2000) return "letter";
  if (code < 0x2190) return "blank";
  if (code < 0x2c00) return "symbol";
  if (code >= 0x3040 && code < 0x3100) return "kana";
  if (code >= 0x3400 && code < 0xa000) return "chinese";
  if (code >= 0xd800 && code < 0xe000) return "surrogate";
  return code >= 0xa000 && code < 0xd800 ? "letter" : "blank";
}
