// The weights of a scripted model: one block of an ordinary llama, in which every number has a meaning.
//
// Attention gathers the last tokens and the word that chooses the script, each into its own place of the residual stream; one
// unit of the feed-forward network for each pattern sees whether all of it is there, and then writes the token that comes next.
import type { Pattern } from "./scriptPatterns";
import type { ScriptVocabulary } from "./scriptVocabulary";
import type { MetadataEntry, TensorEntry } from "./tinyGguf";

export interface NetworkRequest {
  vocabulary: ScriptVocabulary;
  patterns: readonly Pattern[];
  /** Written where no pattern is there. */
  eosId: number;
  contextTokens: number;
}

export interface Network {
  tensors: TensorEntry[];
  /** What the shapes need. */
  metadata: Record<string, MetadataEntry>;
}

/** Of signs. Tokens differ in 7 or more of them. */
const TOKEN_CODE = 23;
const MAX_TOKENS = 2 ** 12;
/** Of signs. The first says whether it is a word at all. */
const WORD_CODE = 8;
const MAX_WORDS = 2 ** 7;

/** Where things stand in the residual stream: of each token … */
const TOKEN_AT = 0;
const ONE_AT = TOKEN_AT + TOKEN_CODE;
const WORD_AT = ONE_AT + 1;
const NEXT_AT = WORD_AT + WORD_CODE;
/** … and what attention adds. */
const CHOSEN_WORD_AT = NEXT_AT + TOKEN_CODE;
const EARLIER_TOKENS_AT = CHOSEN_WORD_AT + WORD_CODE;

const HEAD = 32;
/**
 * Pairs of a head's dimensions turn with the position, each at its own speed. Square roots of primes have no common period, so
 * a sum of cosines that meets its maximum at one distance stays below 70 % of it at every other up to 16,384 tokens (computed).
 */
const DISTANCE_SPEEDS = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43].map(Math.sqrt);
/** One pair turns a quarter within the context, and so tells old from new; one does not turn, and tells words from other tokens. */
const AGE_PAIR = DISTANCE_SPEEDS.length;
const WORD_PAIR = AGE_PAIR + 1;
const STANDING_STILL = 1e-30;

/** Attention scores. A head that looks for a distance finds it by 40 at least (30 % of the pairs' sum). */
const DISTANCE_SCORE = 10;
/** 16 tokens of age make a difference of 8 in a context of 8192. */
const AGE_SCORE = 4000;
/** More than age can make: words go before all others. */
const WORD_SCORE = 3000;
/** A unit is on at this, and off at minus as much. */
const UNIT_SCORE = 20;
/** Of the output: the right token is ahead by more than 100, beyond any temperature and penalty. */
const OUTPUT_SCALE = 4;

export function scriptNetwork({ vocabulary, patterns, eosId, contextTokens }: NetworkRequest): Network {
  if (vocabulary.size > MAX_TOKENS)
    throw new Error(`a scripted model has ${MAX_TOKENS} tokens at most, not ${vocabulary.size}`);
  if (patterns.some(({ word }) => word >= MAX_WORDS)) throw new Error(`fewer than ${MAX_WORDS} words choose scripts`);
  const earlier = Math.max(0, ...patterns.map(({ last }) => last.length - 1));
  const width = Math.ceil((EARLIER_TOKENS_AT + earlier * TOKEN_CODE) / HEAD) * HEAD;
  /** The one that looks for a word, then one for each distance. */
  const heads = 1 + earlier;
  const tokenIds = Array.from({ length: vocabulary.size }, (_, id) => id);

  const embedding = matrix("token_embd.weight", width, vocabulary.size, (set) => {
    for (const id of tokenIds) {
      set(id, TOKEN_AT, tokenCode(id));
      set(id, ONE_AT, [1]);
      set(id, WORD_AT, wordCode(vocabulary.wordNumber(id)));
      set(id, NEXT_AT, tokenCode(eosId));
    }
  });
  const output = matrix("output.weight", width, vocabulary.size, (set) => {
    for (const id of tokenIds)
      set(
        id,
        NEXT_AT,
        tokenCode(id).map((sign) => sign * OUTPUT_SCALE),
      );
  });

  const query = matrix("blk.0.attn_q.weight", width, heads * HEAD, (set) => {
    const scale = Math.sqrt(HEAD);
    const setPair = (head: number, pair: number, [x, y]: readonly [number, number]) => {
      set(head * HEAD + 2 * pair, ONE_AT, [x * scale]);
      set(head * HEAD + 2 * pair + 1, ONE_AT, [y * scale]);
    };
    // The score of this pair falls with the distance from cos(π/4) to cos(3π/4), nearly in a straight line.
    setPair(0, AGE_PAIR, turned(AGE_SCORE, Math.PI / 4));
    setPair(0, WORD_PAIR, [WORD_SCORE, 0]);
    for (let distance = 1; distance <= earlier; distance++)
      for (const [pair, speed] of DISTANCE_SPEEDS.entries())
        setPair(distance, pair, turned(DISTANCE_SCORE, -distance * speed));
  });
  const key = matrix("blk.0.attn_k.weight", width, HEAD, (set) => {
    for (let pair = 0; pair <= AGE_PAIR; pair++) set(2 * pair, ONE_AT, [1]);
    set(2 * WORD_PAIR, WORD_AT, [1]);
  });
  const value = matrix("blk.0.attn_v.weight", width, HEAD, (set) => {
    for (let sign = 0; sign < TOKEN_CODE; sign++) set(sign, TOKEN_AT + sign, [1]);
    for (let sign = 0; sign < WORD_CODE; sign++) set(TOKEN_CODE + sign, WORD_AT + sign, [1]);
  });
  const gather = matrix("blk.0.attn_output.weight", heads * HEAD, width, (set) => {
    for (let sign = 0; sign < WORD_CODE; sign++) set(CHOSEN_WORD_AT + sign, TOKEN_CODE + sign, [1]);
    for (let distance = 1; distance <= earlier; distance++)
      for (let sign = 0; sign < TOKEN_CODE; sign++) set(earlierAt(distance) + sign, distance * HEAD + sign, [1]);
  });

  const gate = matrix("blk.0.ffn_gate.weight", width, patterns.length, (set) => {
    for (const [unit, { word, last }] of patterns.entries()) {
      set(
        unit,
        CHOSEN_WORD_AT,
        wordCode(word).map((sign) => sign * UNIT_SCORE),
      );
      for (const [distance, id] of last.entries())
        set(
          unit,
          distance === 0 ? TOKEN_AT : earlierAt(distance),
          tokenCode(id).map((sign) => sign * UNIT_SCORE),
        );
      // One wrong sign costs two.
      set(unit, ONE_AT, [UNIT_SCORE * (1 - WORD_CODE - last.length * TOKEN_CODE)]);
    }
  });
  const up = matrix("blk.0.ffn_up.weight", width, patterns.length, (set) => {
    for (const unit of patterns.keys()) set(unit, ONE_AT, [1]);
  });
  const down = matrix("blk.0.ffn_down.weight", patterns.length, width, (set) => {
    for (const [unit, { next }] of patterns.entries())
      for (const [sign, value] of tokenCode(next).entries()) set(NEXT_AT + sign, unit, [value]);
  });

  // RMS norms divide by what is known here, since all that stands in the stream are signs: their weights multiply by it.
  const tokenSigns = EARLIER_TOKENS_AT - WORD_CODE;
  const allSigns = EARLIER_TOKENS_AT + earlier * TOKEN_CODE;
  const uint32 = (value: number): MetadataEntry => ({ type: "uint32", value });
  return {
    tensors: [
      embedding,
      output,
      vector(
        "output_norm.weight",
        Array.from({ length: width }, () => 1),
      ),
      vector(
        "blk.0.attn_norm.weight",
        Array.from({ length: width }, () => Math.sqrt(tokenSigns / width)),
      ),
      query,
      key,
      value,
      gather,
      vector(
        "blk.0.ffn_norm.weight",
        Array.from({ length: width }, () => Math.sqrt(allSigns / width)),
      ),
      gate,
      up,
      down,
      // llama.cpp divides each pair's speed by these; with a base of 1 every speed is 1.
      vector(
        "rope_freqs.weight",
        [...DISTANCE_SPEEDS, Math.PI / 2 / contextTokens, STANDING_STILL].map((speed) => 1 / speed),
      ),
    ],
    metadata: {
      "llama.block_count": uint32(1),
      "llama.embedding_length": uint32(width),
      "llama.feed_forward_length": uint32(patterns.length),
      "llama.attention.head_count": uint32(heads),
      "llama.attention.head_count_kv": uint32(1),
      "llama.attention.key_length": uint32(HEAD),
      "llama.attention.value_length": uint32(HEAD),
      "llama.rope.dimension_count": uint32(HEAD),
      "llama.rope.freq_base": { type: "float32", value: 1 },
    },
  };
}

function earlierAt(distance: number): number {
  return EARLIER_TOKENS_AT + (distance - 1) * TOKEN_CODE;
}

function turned(length: number, angle: number): readonly [number, number] {
  return [length * Math.cos(angle), length * Math.sin(angle)];
}

/** Of the perfect binary Golay code: multiples of its polynomial. */
function tokenCode(id: number): number[] {
  let word = 0;
  for (let bit = 0; 2 ** bit < MAX_TOKENS; bit++) if ((id >> bit) & 1) word ^= 0b1010_1110_0011 << bit;
  return signs(word, TOKEN_CODE);
}

function wordCode(word: number): number[] {
  return signs(word === 0 ? 0 : 2 * word + 1, WORD_CODE);
}

function signs(bits: number, length: number): number[] {
  return Array.from({ length }, (_, bit) => ((bits >> bit) & 1 ? 1 : -1));
}

/** Puts values side by side into a row. */
type SetRow = (row: number, column: number, values: readonly number[]) => void;

/** All zero but for what is set. */
function matrix(name: string, columns: number, rows: number, fill: (set: SetRow) => void): TensorEntry {
  const weights = new Float32Array(columns * rows);
  fill((row, column, values) => weights.set(values, row * columns + column));
  return { name, dimensions: [columns, rows], type: 0, data: new Uint8Array(weights.buffer) };
}

function vector(name: string, values: readonly number[]): TensorEntry {
  return { name, dimensions: [values.length], type: 0, data: new Uint8Array(Float32Array.from(values).buffer) };
}
