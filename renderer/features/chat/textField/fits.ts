// Whether a text that comes in at once fits, the sentence that says why not, and how much of its beginning does.
import { formatCount } from "../../../../electron/words/quantities";
import { countTokens, type TokenCount } from "./countTokens";
import { cutText } from "./cutText";
import { t } from "../../../../electron/words/language";

export interface Limits {
  readonly maxCharacters: number;
  /** null: not known. */
  readonly contextTokens: number | null;
  /** Of the context, kept for what stands beside this text: the answer, the system prompt. Only a beginning leaves it free. */
  readonly reservedTokens: number;
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
  const isAlone = rest.trim() === "";
  return {
    fits: false,
    sentence: tooManyTokens
      ? tooManyTokensWords(isAlone, together, limits.contextTokens ?? 0)
      : tooLongWords(isAlone, characters, together, limits.maxCharacters),
    canBegin: roomFor(beside.tokens, limits) >= LEAST_TOKENS && rest.length < limits.maxCharacters,
  };
}

function tooManyTokensWords(isAlone: boolean, count: TokenCount, contextTokens: number): string {
  const values = { tokens: tokenWords(count), most: formatCount(contextTokens) };
  return isAlone
    ? t("This text is {tokens}; the context holds {most}.", values)
    : t("With this text it would be {tokens}; the context holds {most}.", values);
}

function tooLongWords(isAlone: boolean, characters: number, count: TokenCount, maxCharacters: number): string {
  const values = { count: characters, tokens: tokenWords(count), most: formatCount(maxCharacters) };
  return isAlone
    ? t(
        "This text is {count, plural, one {# character} other {# characters}} long, {tokens}; at most {most} fit here.",
        values,
      )
    : t(
        "With this text it would be {count, plural, one {# character} other {# characters}} long, {tokens}; at most {most} fit here.",
        values,
      );
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
  return t("Inserted the first {part} of {count, plural, one {# character} other {# characters}}, {tokens}.", {
    part: formatCount(text.length),
    count: whole.length,
    tokens: tokenWords({ tokens, isExact }),
  });
}

/** "9,310 tokens", "about 210,000 tokens". */
export function tokenWords({ tokens, isExact }: TokenCount): string {
  return isExact
    ? t("{count, plural, one {# token} other {# tokens}}", { count: tokens })
    : t("about {count, plural, one {# token} other {# tokens}}", { count: Number(tokens.toPrecision(2)) });
}

function roomFor(besideTokens: number, { contextTokens, reservedTokens }: Limits): number {
  return contextTokens === null ? Number.POSITIVE_INFINITY : contextTokens - reservedTokens - besideTokens;
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}
