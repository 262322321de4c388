// Walks over a header's metadata and says where in the file the entries are that decide a model's memory: all but the tokenizer's. Fit process.
import { BadHeader, type GgufCursor } from "../gguf/GgufCursor";
import { MAX_KEY_BYTES } from "../gguf/ggufLimits";
import { readValue } from "../gguf/readMetadata";

const MAX_TOKENS = 64 * 1024 * 1024;

export interface WalkedMetadata {
  /** With those of the tokenizer. */
  entriesRead: number;
  /** Without them, and where they are: neighbours are one range. */
  entryCount: number;
  keys: ReadonlySet<string>;
  kept: readonly { start: number; end: number }[];
  hasTokenizer: boolean;
  /** tokenizer.ggml.model; undefined when it was not come across. */
  tokenizer: string | undefined;
  tokens: number;
  /** Where the next entry begins, or the first token where it stopped. */
  endBytes: number;
}

/**
 * `stopsAtTokens`: ends where the tokens begin, which are then not among the entries read. "too-long-for-this": something of the
 * tokenizer before them goes beyond the cursor's limit.
 */
export async function walkMetadata(
  cursor: GgufCursor,
  entryCount: number,
  { stopsAtTokens }: { stopsAtTokens: boolean },
): Promise<WalkedMetadata | "too-long-for-this"> {
  const keys = new Set<string>();
  const kept: { start: number; end: number }[] = [];
  const walked = { entryCount: 0, hasTokenizer: false, tokenizer: undefined as string | undefined, tokens: 0 };
  for (let index = 0; index < entryCount; index++) {
    const at = `metadata entry ${index}`;
    const start = cursor.position;
    const key = await cursor.name(at, MAX_KEY_BYTES);
    const isOfTokenizer = key.startsWith("tokenizer.");
    walked.hasTokenizer ||= isOfTokenizer;
    if (key === "tokenizer.ggml.tokens") {
      const value = cursor.position;
      await cursor.uint64(at); // the types of array and elements
      walked.tokens = await cursor.count(at, MAX_TOKENS);
      if (stopsAtTokens) return { ...walked, keys, kept, entriesRead: index, endBytes: cursor.position };
      cursor.position = value;
    }
    const value = await readLong(cursor, at, stopsAtTokens && isOfTokenizer);
    if (value === null) return "too-long-for-this";
    if (isOfTokenizer) {
      if (key === "tokenizer.ggml.model" && value.kind === "scalar" && typeof value.value === "string")
        walked.tokenizer = value.value;
      continue;
    }
    keys.add(key);
    walked.entryCount++;
    const last = kept.at(-1);
    if (last?.end === start) last.end = cursor.position;
    else kept.push({ start, end: cursor.position });
  }
  return { ...walked, keys, kept, entriesRead: entryCount, endBytes: cursor.position };
}

/** null: it goes beyond the limit, where that may be. */
async function readLong(cursor: GgufCursor, at: string, mayBeTooLong: boolean) {
  try {
    return await readValue(cursor, at);
  } catch (error) {
    if (mayBeTooLong && error instanceof BadHeader && error.failure.code === "estimate-failed") return null;
    throw error;
  }
}
