// What a vocabulary takes of the engine's memory, from how llama.cpp and node-llama-cpp keep it. Fit process.
import type { Vocabulary } from "./readModelShape";

// struct llama_vocab::impl in src/llama-vocab.cpp of llama.cpp v0.5.0, on a 64-bit system with libstdc++ or libc++.
/** token_to_id: an entry of 56 bytes in a slot of 64, and its place in the table, which is up to twice as long as needed. */
const TOKEN_LOOKUP_BYTES = 64 + 12;
/** id_to_token: text, score, attributes. */
const TOKEN_DATA_BYTES = 40;
/** cache_token_to_piece: what the token reads like. */
const TOKEN_PIECE_BYTES = 32;
/** bpe_ranks: a pair of texts and its rank in a slot of 96 bytes, and its place in the table. */
const MERGE_BYTES = 96 + 12;

/**
 * Twice: before each load node-llama-cpp makes a dry run of its own in the engine, with a vocabulary of its own; what that leaves
 * free is used by nothing as large again.
 */
const COPIES = 2;

export function vocabularyMemoryBytes({ tokens, hasMerges }: Vocabulary): number {
  const tokenBytes = TOKEN_LOOKUP_BYTES + TOKEN_DATA_BYTES + TOKEN_PIECE_BYTES;
  return COPIES * tokens * (tokenBytes + (hasMerges ? MERGE_BYTES : 0));
}
