// What a vocabulary takes of the engine's memory, from how llama.cpp and node-llama-cpp keep it. Fit process.
import type { Vocabulary } from "./readModelShape";

// struct llama_vocab::impl in src/llama-vocab.cpp of llama.cpp v0.5.0, on a 64-bit system; texts of tokens fit into their objects.
/** token_to_id: an entry of 56 bytes in a slot of 64, and its place in the table, which is up to twice as long as needed. */
const TOKEN_LOOKUP_BYTES = 64 + 11;
/** id_to_token: text, score, attributes. */
const TOKEN_DATA_BYTES = 40;
/** cache_token_to_piece: what the token reads like. */
const TOKEN_PIECE_BYTES = 32;
/** bpe_ranks: a pair of texts and its rank in a slot of 96 bytes, and its place in the table. */
const MERGE_BYTES = 96 + 12;
/** Before each load and each context node-llama-cpp makes a dry run in the engine, and keeps its model with the vocabulary. */
const VOCABULARIES = 2;
/** The file's metadata as node-llama-cpp keeps it: twice as native texts, and as JavaScript values (a string, its place, a number or two). */
const METADATA_TOKEN_BYTES = 2 * 32 + 55;
const METADATA_MERGE_BYTES = 2 * 32 + 40;
/** A sampler's candidates, each an id, a score and a probability. What other samplers had is freed after each answer (collectGarbage.ts). */
const SAMPLING_TOKEN_BYTES = 12;

/** Reading it makes V8's heap grow, by so much at most: it is cleared after the load, and what it had taken is not all given back. */
const READING_TOKEN_BYTES = 300;
const HEAP_GROWTH_BYTES = 9_000_000;

export function vocabularyMemoryBytes({ tokens, hasMerges }: Vocabulary): number {
  const tokenBytes =
    VOCABULARIES * (TOKEN_LOOKUP_BYTES + TOKEN_DATA_BYTES + TOKEN_PIECE_BYTES) +
    METADATA_TOKEN_BYTES +
    SAMPLING_TOKEN_BYTES;
  const mergeBytes = VOCABULARIES * MERGE_BYTES + METADATA_MERGE_BYTES;
  const heapBytes = Math.min(HEAP_GROWTH_BYTES, tokens * READING_TOKEN_BYTES);
  return tokens * (tokenBytes + (hasMerges ? mergeBytes : 0)) + heapBytes;
}
