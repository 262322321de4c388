// Whether a text that comes in at once fits, the sentence that says why not, and how much of its beginning does.
import { formatCount } from "../../../../electron/words/quantities";
import { countTokens, type TokenCount } from "./countTokens";
import { cutText } from "./cutText";

export interface Limits {
  readonly maxCharacters: number;
  /** null: not known. */
  readonly contextTokens: number | null;
  /** Of the context, kept for what stands beside this text: the answer, the system prompt. Only a beginning leaves it free. */
  readonly reservedTokens: number;
  /** What the text becomes, or becomes part of: "message". */
  readonly whole: string;
}

export type Verdict =
  | { readonly fits: true }
  | { readonly fits: false; readonly sentence: string; readonly canBegin: boolean };

export interface Beginning extends TokenCount {
  readonly text: string;
}

/** A beginning is looked for until it fills this much of the room … */
const FULL_ENOUGH = 0.95;
/** … in so many tries: texts change on their way from words to tables. */
const MAX_TRIES = 8;
/** A beginning of less is no help to anybody. */
const LEAST_TOKENS = 16;
/** The parts of a character beyond the basic ones count as two of a string's characters, and are four bytes. */
const MAX_BYTES_PER_CHARACTER = 3;

/** No tokenizer makes more tokens of a text than it has bytes: most texts need not be counted. `rest` is what stands beside the text already. */
export function surelyFits(text: string, rest: string, { maxCharacters, contextTokens }: Limits): boolean {
  const length = text.length + rest.length;
  if (length > maxCharacters) return false;
  if (contextTokens === null || length * MAX_BYTES_PER_CHARACTER <= contextTokens) return true;
  return length <= contextTokens && bytesOf(text) + bytesOf(rest) <= contextTokens;
}

export async function judge(text: string, rest: string, limits: Limits): Promise<Verdict> {
  const [own, beside] = await Promise.all([countTokens(text), countTokens(rest)]);
  const together: TokenCount = { tokens: own.tokens + beside.tokens, isExact: own.isExact && beside.isExact };
  const characters = text.length + rest.length;
  const tooManyTokens = limits.contextTokens !== null && together.tokens > limits.contextTokens;
  if (!tooManyTokens && characters <= limits.maxCharacters) return { fits: true };
  const subject = rest.trim() === "" ? "This text" : `With this text the ${limits.whole}`;
  return {
    fits: false,
    sentence: tooManyTokens
      ? `${subject} is ${tokenWords(together)}; the context holds ${formatCount(limits.contextTokens ?? 0)}.`
      : `${subject} is ${formatCount(characters)} characters long, ${tokenWords(together)}; a ${limits.whole} holds ${formatCount(limits.maxCharacters)} characters.`,
    canBegin: roomFor(beside.tokens, limits) >= LEAST_TOKENS && rest.length < limits.maxCharacters,
  };
}

/** As much of a text as fits beside `rest`, with room for an answer. */
export async function beginningThatFits(text: string, rest: string, limits: Limits): Promise<Beginning> {
  const room = roomFor((await countTokens(rest)).tokens, limits);
  const longest = Math.min(text.length, Math.max(0, limits.maxCharacters - rest.length));
  let best: Beginning = { text: "", tokens: 0, isExact: true };
  let tooLong: { readonly length: number; readonly tokens: number } | null = null;
  let length = Math.min(longest, room * MAX_BYTES_PER_CHARACTER);
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const cut = cutText(text, Math.floor(length));
    const { tokens, isExact } = await countTokens(cut);
    if (tokens > room) tooLong = { length: cut.length, tokens };
    else best = { text: cut, tokens, isExact };
    if (tokens <= room && (tokens >= room * FULL_ENOUGH || length === longest)) break;
    // On the line between the longest that fits and the shortest that does not; without one of those, at the rate so far.
    const wanted = (room * (1 + FULL_ENOUGH)) / 2;
    length =
      tooLong === null
        ? Math.min(longest, (cut.length * wanted) / Math.max(1, tokens))
        : best.text.length +
          ((tooLong.length - best.text.length) * (wanted - best.tokens)) / (tooLong.tokens - best.tokens);
  }
  return best;
}

/** Said when it stands in the field. */
export function beginningWords({ text, tokens, isExact }: Beginning, whole: string): string {
  return `Inserted the first ${formatCount(text.length)} of ${formatCount(whole.length)} characters, ${tokenWords({ tokens, isExact })}.`;
}

/** "9,310 tokens", "about 210,000 tokens". */
export function tokenWords({ tokens, isExact }: TokenCount): string {
  return isExact ? `${formatCount(tokens)} tokens` : `about ${formatCount(Number(tokens.toPrecision(2)))} tokens`;
}

function roomFor(besideTokens: number, { contextTokens, reservedTokens }: Limits): number {
  return contextTokens === null ? Number.POSITIVE_INFINITY : contextTokens - reservedTokens - besideTokens;
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}
