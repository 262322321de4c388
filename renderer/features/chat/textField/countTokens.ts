// How many tokens a text is: counted by the loaded model's tokenizer where it answers soon, of a long text by a sample of it.
import { MAX_COUNTED_CHARACTERS } from "../../../../electron/contract/engineProtocol";
import { call } from "../../../app/bridge";

/** Of a sample: from all over the text, so that a table at its end counts as well. */
const PIECES = 16;
const PIECE_CHARACTERS = 2_048;
/** Somebody waits for their text to appear. */
const TIMEOUT_MS = 400;

export interface TokenCount {
  readonly tokens: number;
  /** Every token was counted. */
  readonly isExact: boolean;
}

export async function countTokens(text: string): Promise<TokenCount> {
  if (text === "") return { tokens: 0, isExact: true };
  const sample = sampleOf(text);
  const counted = await Promise.race([ask(sample), nullAfter(TIMEOUT_MS)]);
  if (counted === null) return { tokens: guessTokens(text), isExact: false };
  return sample === text
    ? { tokens: counted, isExact: true }
    : { tokens: Math.round((counted * text.length) / sample.length), isExact: false };
}

/** The text itself where it is short enough to be counted. */
export function sampleOf(text: string): string {
  if (text.length <= MAX_COUNTED_CHARACTERS) return text;
  const step = (text.length - PIECE_CHARACTERS) / (PIECES - 1);
  return Array.from({ length: PIECES }, (_, index) => {
    const start = Math.round(index * step);
    return text.slice(start, start + PIECE_CHARACTERS);
  }).join("");
}

/** Without a tokenizer: four letters of the Latin alphabet are a token, two of others with short codes, one of the rest. */
export function guessTokens(text: string): number {
  const sample = sampleOf(text);
  let tokens = 0;
  for (let index = 0; index < sample.length; index++) {
    const code = sample.charCodeAt(index);
    tokens += code < 0x80 ? 0.25 : code < 0x800 ? 0.5 : 1;
  }
  return Math.ceil((tokens * text.length) / sample.length);
}

async function ask(text: string): Promise<number | null> {
  const outcome = await call("engine.countTokens", { text });
  return outcome.ok ? outcome.value : null;
}

function nullAfter(ms: number): Promise<null> {
  return new Promise((resolve) => setTimeout(() => resolve(null), ms));
}
