// Refuses vocabularies on which llama.cpp would end the whole process, at the load or with some text, and those that are of no use to
// it. Needs the vocabulary itself, so only of a file on this computer. Engine and fit process.
//
// Facts from llama.cpp v0.5.0, src/llama-vocab.cpp; electron/testing/wrongTokenizers.ts has a file for each.
import { fail, succeed, type Outcome } from "../../contract/failure";
import type { Because, VocabularyReason } from "../../contract/failureReasons";
import { metadataText, type GgufHeader } from "./readGgufHeader";
import type { MetadataValue, Vocabulary } from "./readMetadata";
import { noTokenizer, plainTextPreTokenizers, preTokenizers, tokenizerFamilies } from "./tokenizers";

/** The longest real tokens are runs of a few hundred blanks. */
const MAX_TOKEN_BYTES = 16 * 1024;
/** llama.cpp spells out each letter that is not in GPT-2's alphabet together with its whole token; so much it may write so. */
const MAX_SPELLED_BYTES = 64_000_000;
/** PLaMo's table is made of every part of every token: the cubes of their lengths, added up. */
const MAX_TABLE_WORK = 1_000_000_000;
/** The format's numbers of types (readGgufHeader.ts). */
const UINT32 = 4;
const INT32 = 5;
const FLOAT32 = 6;
const STRING = 8;
const SPECIAL_TOKEN =
  /^tokenizer\.ggml\.(?:bos|eos|eot|eom|unknown|seperator|padding|mask|fim_(?:pre|suf|mid|pad|rep|sep)|prefix|suffix|middle)_token_id$/u;
/** LLAMA_TOKEN_TYPE_BYTE: spelled "<0x0A>". */
const BYTE_TOKEN = 6;
const NORMAL_TOKEN = 1;

type Fault = Because<VocabularyReason>;

/**
 * For the first part of a model; one without a tokenizer passes. Failures: "model-vocabulary-unusable",
 * "model-tokenizer-unknown".
 */
export function checkVocabulary(header: GgufHeader): Outcome<undefined> {
  const model = cut(metadataText(header, "tokenizer.ggml.model") ?? "");
  const family = tokenizerFamilies.get(model);
  if (!header.metadata.has("tokenizer.ggml.model") || noTokenizer.has(model)) return succeed(undefined);
  if (family === undefined)
    return model === ""
      ? unusable({ reason: "tokenizer-unnamed" })
      : fail("model-tokenizer-unknown", { tokenizer: shown(model) });
  if (family === "other-family") return unusable({ reason: "tokenizer-without-text", tokenizer: model });
  const pre =
    model === "gemma4"
      ? model
      : header.metadata.has("tokenizer.ggml.pre")
        ? cut(metadataText(header, "tokenizer.ggml.pre") ?? "not a name")
        : "";
  if (family === "bpe" && !preTokenizers.has(pre)) return fail("model-tokenizer-unknown", { tokenizer: shown(pre) });
  // Blanks would reach the merges then, where none may be.
  if (family === "bpe" && model !== "whitespace" && pre === "whitespace")
    return unusable({ reason: "tokenizer-cuts-otherwise" });

  const { vocabulary } = header;
  if (vocabulary === null || vocabulary.tokens.length === 0) return unusable({ reason: "vocabulary-empty" });
  const lists = checkLists(header, vocabulary, family === "bpe" && pre !== "kimi-k2");
  if (lists !== null) return unusable(lists);
  const size = checkVocabularySize(header, vocabulary.tokens.length);
  if (!size.ok) return size;
  const texts = checkTexts(vocabulary);
  if (texts !== null) return unusable(texts);
  const fault = {
    bpe: () => checkBytePairs(vocabulary, pre),
    pieces: () => checkBytes(vocabulary),
    rwkv: () => checkEscapedBytes(vocabulary),
    plamo2: () => checkBytes(vocabulary) ?? checkTable(vocabulary),
  }[family]();
  return fault === null ? succeed(undefined) : unusable(fault);
}

/** llama.cpp wants a row of the embedding and of the output for each token. Also known of a file at the hub, whose vocabulary is only counted. */
export function checkVocabularySize({ tensors }: Pick<GgufHeader, "tensors">, tokens: number): Outcome<undefined> {
  const other = tensors.find(
    ({ name, dimensions }) =>
      (name === "token_embd.weight" || name === "output.weight") && (dimensions[1] ?? 1) !== tokens,
  );
  return other === undefined
    ? succeed(undefined)
    : unusable({ reason: "sizes-differ", tokens: String(tokens), weights: String(other.dimensions[1] ?? 1) });
}

/** Lengths and types of the lists with an entry for each token. */
function checkLists({ metadata }: GgufHeader, { tokens }: Vocabulary, needsMerges: boolean): Fault | null {
  const list = (key: string) => metadata.get(`tokenizer.ggml.${key}`);
  const isList = (entry: MetadataValue | undefined, types: readonly number[], atLeast: number) =>
    entry?.kind === "array" && types.includes(entry.elementType) && entry.length >= atLeast;
  if (list("scores") !== undefined && !isList(list("scores"), [FLOAT32, INT32], tokens.length))
    return { reason: "scores-differ" };
  if (list("token_type") !== undefined && !isList(list("token_type"), [INT32], tokens.length))
    return { reason: "types-differ" };
  if (list("suppress_tokens") !== undefined && !isList(list("suppress_tokens"), [INT32], 0))
    return { reason: "suppressed-tokens-invalid" };
  for (const [key, entry] of metadata) {
    if (SPECIAL_TOKEN.test(key) && (entry.kind !== "scalar" || entry.type !== UINT32))
      return { reason: "value-not-a-token", name: key };
  }
  if (needsMerges && !isList(list("merges"), [STRING], 0)) return { reason: "merges-missing" };
  return null;
}

/** llama.cpp asserts that no token comes twice. It reads them up to a zero byte, and gives empty ones a name. */
function checkTexts({ tokens }: Vocabulary): Fault | null {
  const places = new Map<string, number>();
  for (const [id, whole] of tokens.entries()) {
    if (whole.length > MAX_TOKEN_BYTES)
      return { reason: "token-too-long", token: String(id), length: String(whole.length) };
    const token = cut(whole) || `[EMPTY_${id}]`;
    const before = places.get(token);
    if (before !== undefined)
      return {
        reason: "token-twice",
        text: shown(Buffer.from(token, "latin1").toString()),
        first: String(before),
        second: String(id),
      };
    places.set(token, id);
  }
  return null;
}

function checkBytePairs({ tokens, types }: Vocabulary, pre: string): Fault | null {
  for (const [id, token] of tokens.entries())
    if (types?.[id] === BYTE_TOKEN && token.length < 3) return { reason: "byte-token-empty", token: String(id) };
  if (plainTextPreTokenizers.has(pre)) return null;
  let hasBlank = false;
  let spelledBytes = 0;
  for (const [id, bytes] of tokens.entries()) {
    hasBlank ||= bytes.startsWith(BLANK);
    if ((types?.[id] ?? NORMAL_TOKEN) !== NORMAL_TOKEN || ASCII.test(bytes)) continue;
    const text = Buffer.from(bytes, "latin1").toString();
    for (const letter of text) if (!alphabet.has(letter)) spelledBytes += bytes.length;
    if (spelledBytes > MAX_SPELLED_BYTES) return { reason: "damaged-text" };
  }
  return hasBlank ? null : { reason: "blanks-missing" };
}

/** Whatever is no token itself is written byte by byte; where a byte is missing, that text ends the process. */
function checkBytes({ tokens, types }: Vocabulary): Fault | null {
  const known = new Set(tokens);
  for (const [id, token] of tokens.entries())
    if (types?.[id] === BYTE_TOKEN && token.length < 3) return { reason: "byte-token-empty", token: String(id) };
  const missing = bytesOfText.filter(
    (byte) => !known.has(`<0x${hex(byte).toUpperCase()}>`) && (byte === 0 || !known.has(String.fromCharCode(byte))),
  );
  return missing.length === 0 ? null : { reason: "bytes-missing", count: String(missing.length) };
}

/** The longest match begins with each byte of a text: where one is missing, llama.cpp never comes to the end. */
function checkEscapedBytes({ tokens }: Vocabulary): Fault | null {
  const known = new Set(tokens.map((token) => unescaped(cut(token))).filter((token) => token.length === 1));
  const missing = bytesOfText.filter((byte) => !known.has(String.fromCharCode(byte)));
  return missing.length === 0 ? null : { reason: "bytes-missing", count: String(missing.length) };
}

function checkTable({ tokens }: Vocabulary): Fault | null {
  const work = tokens.reduce((sum, { length }) => sum + length ** 3, 0);
  return work <= MAX_TABLE_WORK ? null : { reason: "tokens-too-long" };
}

/** As llama_unescape_rwkv_token reads them; the shape of a byte alone counts here. */
function unescaped(token: string): string {
  return token.replaceAll(
    /\\(?:x([0-9a-f]{2})|([\s\S]))/gu,
    (_, code: string | undefined, letter: string | undefined) =>
      code === undefined
        ? ({ t: "\t", n: "\n", r: "\r" }[letter ?? ""] ?? letter ?? "")
        : String.fromCharCode(Number.parseInt(code, 16)),
  );
}

/** Bytes that UTF-8 uses. */
const bytesOfText = Array.from({ length: 256 }, (_, byte) => byte).filter(
  (byte) => byte !== 0xc0 && byte !== 0xc1 && byte < 0xf5,
);
// eslint-disable-next-line no-control-regex -- bytes, control characters among them
const ASCII = /^[\u0000-\u007F]*$/u;
/** "Ġ", the blank in GPT-2's alphabet, as it is in the file. */
const BLANK = Buffer.from("\u0120").toString("latin1");
/** GPT-2's letters for the 256 bytes: the printable ones stand for themselves, the others for U+0100 and up. */
const alphabet = new Set(
  Array.from({ length: 0x144 }, (_, code) => String.fromCodePoint(code)).filter((letter) =>
    /[\u0021-\u007E\u00A1-\u00AC\u00AE-\u0143]/u.test(letter),
  ),
);

function hex(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}

/** Texts of a file end at a zero byte for llama.cpp. */
function cut(text: string): string {
  const end = text.indexOf("\0");
  return end === -1 ? text : text.slice(0, end);
}

function unusable(fault: Fault): Outcome<never> {
  return fail("model-vocabulary-unusable", fault);
}

/** Text from the file, fit for a sentence. */
function shown(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "?").slice(0, 40);
}
