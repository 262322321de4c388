// Keeps long runs of characters away from llama.cpp's word cutter. Engine process.
//
// Tokenizers of byte pairs cut text into words by regular expressions, many of them by std::regex, which calls itself once for each
// character of a match: a word, a number or a row of blanks of 20,000 characters ends the process (unicode_regex_split in
// src/unicode.cpp of llama.cpp v0.5.0; measured with a stack of 8 MB, and Windows gives 1 MB).

import { LlamaVocabularyType, type LlamaModel, type Token } from "node-llama-cpp";

/** The longest match that is left whole. No word of any language is as long, and no token. */
export const MAX_RUN_CHARACTERS = 1000;

/** Control tokens are looked for so far on both sides of a cut; the longest have some 30 characters. */
const WINDOW_CHARACTERS = 256;

/** As LlamaModel.tokenize, for text of any length. */
export function tokenizeAnyText(
  model: LlamaModel,
  text: string,
  special?: boolean,
  options?: "trimLeadingSpace",
): Token[] {
  if (model.vocabularyType !== LlamaVocabularyType.bpe || text.length <= MAX_RUN_CHARACTERS)
    return model.tokenize(text, special, options);
  const pieces = withoutLongRuns(
    text,
    special === true ? (place) => behindControlToken(model, text, place) : undefined,
  );
  return pieces.flatMap((piece) => model.tokenize(piece, special, options));
}

/** `place`, or the end of the control token that it is in the middle of. */
function behindControlToken(model: LlamaModel, text: string, place: number): number {
  const start = Math.max(0, place - WINDOW_CHARACTERS);
  const around = text.slice(start, place + WINDOW_CHARACTERS);
  for (const token of new Set(model.tokenize(around, true))) {
    if (!model.isSpecialToken(token)) continue;
    const spelled = model.detokenize([token], true);
    for (
      let at = around.indexOf(spelled);
      spelled !== "" && at !== -1 && start + at < place;
      at = around.indexOf(spelled, at + 1)
    ) {
      if (start + at + spelled.length > place) return start + at + spelled.length;
    }
  }
  return place;
}

/**
 * The text in pieces: one, but where a run of blanks, or of anything else, is too long. Pairs of surrogates stay together. `cutAt`
 * may move a cut to the right.
 */
export function withoutLongRuns(text: string, cutAt: (place: number) => number = (place) => place): string[] {
  const pieces: string[] = [];
  let pieceStart = 0;
  for (const { 0: run, index } of text.matchAll(LONG_RUN)) {
    const runEnd = index + run.length;
    let place = cutAt(index + MAX_RUN_CHARACTERS);
    while (place < runEnd) {
      const end = isLowSurrogate(text.charCodeAt(place)) ? place - 1 : place;
      pieces.push(text.slice(pieceStart, end));
      pieceStart = end;
      place = cutAt(end + MAX_RUN_CHARACTERS);
    }
  }
  pieces.push(text.slice(pieceStart));
  return pieces;
}

const LONG_RUN = new RegExp(`\\s{${MAX_RUN_CHARACTERS + 1},}|\\S{${MAX_RUN_CHARACTERS + 1},}`, "g");

function isLowSurrogate(code: number): boolean {
  return code >= 0xdc00 && code < 0xe000;
}
