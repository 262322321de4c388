// Limits for reading a GGUF header. Each closes uncontrolled resource use (CWE-770) by a hostile count or length.
/** The largest real headers (vocabularies of 256 Ki tokens with merges) are below 32 MiB. */
export const MAX_HEADER_BYTES = 256 * 1024 * 1024;
/** Real models have fewer than 100. */
export const MAX_METADATA_ENTRIES = 10_000;
/** The format allows 65,535; the longest real ones are below 100. */
export const MAX_KEY_BYTES = 1024;
/** Some files carry their whole tokenizer as one string of about 20 MB. */
export const MAX_STRING_BYTES = 64 * 1024 * 1024;
/** Longer strings are walked over, not kept: nothing that we use is longer. */
export const MAX_KEPT_STRING_BYTES = 1024 * 1024;
/** Merges of the largest vocabularies are about 500,000; normalization tables of bytes are about a million. */
export const MAX_ARRAY_LENGTH = 4_000_000;
/** The largest real vocabularies have 262,144 tokens, of 3 MB. */
export const MAX_VOCABULARY_TOKENS = 524_288;
export const MAX_VOCABULARY_BYTES = 32 * 1024 * 1024;
/** All kept strings together. */
export const MAX_KEPT_BYTES = 16 * 1024 * 1024;
/** Longer arrays are walked over, not kept. */
export const MAX_KEPT_ARRAY_LENGTH = 256;
/** Real models have fewer than 5,000; reading so many takes a third of a second. */
export const MAX_TENSORS = 20_000;
/** Forks' own types are below; larger numbers are no types. */
export const MAX_TYPE_NUMBER = 4095;
/** GGML_MAX_DIMS. */
export const MAX_DIMENSIONS = 4;
/** GGML_MAX_NAME, less its final zero. */
export const MAX_TENSOR_NAME_BYTES = 63;
/** The default is 32; page-sized and larger alignments exist up to here. */
export const MAX_ALIGNMENT_BYTES = 64 * 1024;
/** Reading the largest real header takes well below one second. */
export const MAX_READ_TIME_MS = 20_000;
