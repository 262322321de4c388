// The last tokens by which a scripted model knows its place in a script: the fewest that are unique to it.
import type { Script, ScriptVocabulary } from "./scriptVocabulary";

export interface Pattern {
  /** Number of the word that chose the script, 0 for none. */
  word: number;
  /** The last tokens, newest first. */
  last: readonly number[];
  next: number;
}

interface Place {
  /** What stands before it, newest last. */
  before: readonly number[];
  next: number;
  /** Of a turn of events that may happen; gives way to the script itself. */
  isDetour: boolean;
}

export interface PatternsRequest {
  script: Script;
  word: number;
  /** Tokens of the ends of prompts. */
  prompts: readonly (readonly number[])[];
  /** Tokens of texts that count as special tokens do where somebody else writes them. */
  markers: readonly (readonly number[])[];
  eosId: number;
  vocabulary: ScriptVocabulary;
}

/** More tokens than these are not looked back. Each costs a head of attention. */
const MAX_LOOK_BACK = 32;
/** What an engine or a template may write after a special token in the model's place. */
const BLANKS: readonly string[] = ["\n", "\n\n"];

/** Throws where more than MAX_LOOK_BACK tokens would be needed, as in a word repeated that often. */
export function scriptPatterns(request: PatternsRequest): Pattern[] {
  const { script, word, prompts, eosId, vocabulary } = request;
  const ids = [...script.map((entry) => vocabulary.scriptId(entry)), eosId];
  const places = prompts.flatMap((prompt) => [...placesOf(ids, prompt), ...detoursOf(ids, prompt, request)]);
  return divide(places, 0, vocabulary).map((pattern) => ({ word, ...pattern }));
}

function placesOf(ids: readonly number[], prompt: readonly number[]): Place[] {
  const all = [...prompt, ...ids];
  return ids.map((next, index) => ({
    before: all.slice(Math.max(0, prompt.length + index - MAX_LOOK_BACK), prompt.length + index),
    next,
    isDetour: false,
  }));
}

/**
 * A special token or marker of the script that somebody else wrote, with blanks of their own after it, and what came before it
 * spelled as a tokenizer spells it: "Answer now" forces the end of a thought, a template writes an empty one or opens it.
 */
function detoursOf(
  ids: readonly number[],
  prompt: readonly number[],
  { vocabulary, markers }: PatternsRequest,
): Place[] {
  const endsWithMarker = (tokens: readonly number[]) =>
    markers.some((marker) => marker.every((token, at) => tokens.at(at - marker.length) === token));
  const places: Place[] = [];
  const spelled: number[] = [...prompt];
  for (const [index, id] of ids.entries()) {
    spelled.push(...vocabulary.respell(id));
    if (!vocabulary.isSpecial(id) && !endsWithMarker(spelled)) continue;
    const rest = ids.slice(index + 1);
    const blanks = rest.slice(
      0,
      rest.findIndex((next) => !vocabulary.isBlank(next)),
    );
    const otherBlanks = [
      ...BLANKS.map((blank) => vocabulary.tokenize(blank)),
      blanks.flatMap((blank) => vocabulary.respell(blank)),
    ].filter((other) => other.some((blank, at) => blank !== blanks[at]));
    const add = (inserted: readonly number[], following: readonly number[]) => {
      for (const [done, next] of following.slice(0, MAX_LOOK_BACK).entries())
        places.push({
          before: [...spelled, ...inserted, ...following.slice(0, done)].slice(-MAX_LOOK_BACK),
          next,
          isDetour: true,
        });
    };
    add([], rest);
    for (const other of otherBlanks) add(other, rest.slice(blanks.length));
  }
  return places;
}

/** `places` share their last `length` tokens. */
function divide(places: readonly Place[], length: number, vocabulary: ScriptVocabulary): Omit<Pattern, "word">[] {
  const [first] = places;
  if (first === undefined) return [];
  const haveOneNext = (some: readonly Place[]) => some.every(({ next }) => next === some[0]?.next);
  if (length > 0 && haveOneNext(places))
    return [{ last: first.before.toReversed().slice(0, length), next: first.next }];
  const ended = places.find(({ before, isDetour }) => before.length === length && !isDetour);
  if (ended !== undefined) {
    // No more tokens to tell by. The script itself goes before detours; two places of it cannot both be right.
    const other = places.find(({ next, isDetour }) => next !== ended.next && !isDetour);
    if (other === undefined) return [{ last: ended.before.toReversed(), next: ended.next }];
    const [one, two] = [ended, other].map(({ next }) => vocabulary.describe(next));
    throw new Error(
      `a script goes on with ${one} and with ${two} after ${ended.before.map((id) => vocabulary.describe(id)).join(" ")}; ` +
        "other tokens or more of the generation prompt would tell them apart",
    );
  }
  const groups = new Map<number, Place[]>();
  for (const place of places) {
    const token = place.before.at(-1 - length);
    if (token === undefined) continue;
    const group = groups.get(token);
    if (group === undefined) groups.set(token, [place]);
    else group.push(place);
  }
  return [...groups.values()].flatMap((group) => divide(group, length + 1, vocabulary));
}
