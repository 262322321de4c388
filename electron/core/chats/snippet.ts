// The part of a text that a search has found, with the found words marked. Any process; pure.
//
// FTS5 has a function for that, which compares every occurrence of a word with every other one: a minute for a message of a megabyte.
import { searchWords } from "./searchQuery";

/** As contract/chat.ts says. */
const MARK_BEGIN = "\u{E000}";
const MARK_END = "\u{E001}";
/** About two lines. */
const SHOWN_CHARACTERS = 160;
/** Words that are further apart are not shown together. */
const SPAN_CHARACTERS = 110;
/** So much of a text is looked at in one go, and so much of it again with the next. */
const PIECE_CHARACTERS = 16_384;
const OVERLAP_CHARACTERS = 512;
/** A letter, a digit or a mark on one: what words are made of. */
const IN_WORD = "[\\p{L}\\p{N}\\p{M}]";

interface Found {
  readonly start: number;
  readonly end: number;
  /** Which of the searched words. */
  readonly word: number;
}

interface Place {
  /** With its marks as characters of their own. */
  readonly piece: string;
  readonly found: readonly Found[];
  readonly start: number;
  readonly end: number;
  readonly wordCount: number;
  readonly isAtStart: boolean;
  readonly isAtEnd: boolean;
}

/** Where most of the typed words are near each other, the first of such places; the beginning where none is found. */
export function snippetOf(text: string, typed: string): string {
  const words = searchWords(typed);
  const pattern = new RegExp(words.map((word) => `(${wordPattern(word)})`).join("|"), "giu");
  let best: Place | null = null;
  for (let from = 0; from < text.length; from += PIECE_CHARACTERS - OVERLAP_CHARACTERS) {
    const piece = text.slice(from, from + PIECE_CHARACTERS).normalize("NFD");
    const found = Array.from(piece.matchAll(pattern), (match) => ({
      start: match.index,
      end: match.index + match[0].length,
      word: match.slice(1).findIndex((group) => group !== undefined),
    }));
    const place = bestPlace(found);
    if (place === null || place.wordCount <= (best?.wordCount ?? 0)) continue;
    best = { piece, found, ...place, isAtStart: from === 0, isAtEnd: from + PIECE_CHARACTERS >= text.length };
    if (best.wordCount === words.length) break;
  }
  return show(
    best ?? {
      piece: text.slice(0, PIECE_CHARACTERS),
      found: [],
      start: 0,
      end: 0,
      wordCount: 0,
      isAtStart: true,
      isAtEnd: text.length <= PIECE_CHARACTERS,
    },
  );
}

/** The index knows neither case nor marks on letters, and each word may be the beginning of one. */
function wordPattern(word: string): string {
  const parts = word
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .split(/[^\p{L}\p{N}]+/u)
    .filter((part) => part !== "");
  const letters = parts.map((part) => Array.from(part, (letter) => `${letter}\\p{M}*`).join(""));
  return `(?<!${IN_WORD})${letters.join("[^\\p{L}\\p{N}]+")}${IN_WORD}*`;
}

function bestPlace(found: readonly Found[]): Pick<Place, "start" | "end" | "wordCount"> | null {
  let best: Pick<Place, "start" | "end" | "wordCount"> | null = null;
  let first = 0;
  for (const [last, { end }] of found.entries()) {
    while (end - (found[first]?.start ?? 0) > SPAN_CHARACTERS && first < last) first++;
    const together = found.slice(first, last + 1);
    const wordCount = new Set(together.map(({ word }) => word)).size;
    if (wordCount > (best?.wordCount ?? 0)) best = { start: together[0]?.start ?? 0, end, wordCount };
  }
  return best;
}

function show({ piece, found, start, end, isAtStart, isAtEnd }: Place): string {
  const spare = Math.max(0, SHOWN_CHARACTERS - (end - start));
  // What is left over on one side of the text is shown on the other.
  const before = Math.min(start, Math.max(spare / 2, spare - (piece.length - end)));
  const from = start - before <= 0 ? 0 : afterBlank(piece, Math.round(start - before), start);
  const wanted = from + Math.max(SHOWN_CHARACTERS, end - from);
  const to = wanted >= piece.length ? piece.length : beforeBlank(piece, Math.round(wanted), end);
  let shown = "";
  let at = from;
  for (const one of found) {
    if (one.start < at || one.end > to) continue;
    shown += `${piece.slice(at, one.start)}${MARK_BEGIN}${piece.slice(one.start, one.end)}${MARK_END}`;
    at = one.end;
  }
  shown += piece.slice(at, to);
  return `${from === 0 && isAtStart ? "" : "…"}${shown}${to === piece.length && isAtEnd ? "" : "…"}`.normalize("NFC");
}

/** Whole words, where that leaves the found ones in view. */
function afterBlank(piece: string, from: number, latest: number): number {
  const blank = piece.slice(from, latest).search(/\s/u);
  return blank === -1 ? from : from + blank + 1;
}

function beforeBlank(piece: string, to: number, earliest: number): number {
  const blank = /\s\S*$/u.exec(piece.slice(earliest, to));
  return blank === null ? to : earliest + blank.index;
}
