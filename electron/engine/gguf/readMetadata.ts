// The keys and values of a GGUF header; on request its vocabulary, which is among them.
import {
  ARRAY_TYPE,
  damaged,
  INT32_TYPE,
  scalarSizes,
  STRING_TYPE,
  type GgufCursor,
  type MetadataScalar,
} from "./GgufCursor";
import {
  MAX_ARRAY_LENGTH,
  MAX_KEPT_ARRAY_LENGTH,
  MAX_KEY_BYTES,
  MAX_VOCABULARY_BYTES,
  MAX_VOCABULARY_TOKENS,
} from "./ggufLimits";

/** values is null for an array or string too long to keep. */
export type MetadataValue =
  /** type: the format's number for it. llama.cpp aborts when a key has another type than it expects. */
  | { kind: "scalar"; type: number; value: MetadataScalar }
  | { kind: "long-string"; lengthBytes: number }
  | { kind: "array"; elementType: number; length: number; values: MetadataScalar[] | null };

/** As it is in the file, kept on request alone (ReadOptions). */
export interface Vocabulary {
  /** Bytes as Latin-1: what llama.cpp compares, whether they are text or not. */
  tokens: readonly string[];
  /** LLAMA_TOKEN_TYPE_…; null when the file has no list of them. */
  types: Int32Array | null;
}

export async function readMetadata(
  cursor: GgufCursor,
  entryCount: number,
  reader: VocabularyReader | null,
): Promise<Map<string, MetadataValue>> {
  const metadata = new Map<string, MetadataValue>();
  for (let index = 0; index < entryCount; index++) {
    const at = `metadata entry ${index}`;
    const key = await cursor.name(at, MAX_KEY_BYTES);
    if (key === "") throw damaged(at, "empty key");
    // Readers after us nest keys into ordinary objects; such a key would reach their prototype.
    if (key.split(".").some((part) => part === "__proto__" || part === "constructor" || part === "prototype"))
      throw damaged(at, "forbidden key");
    if (metadata.has(key)) throw damaged(at, "duplicate key");
    metadata.set(key, (await reader?.read(cursor, key, at)) ?? (await readValue(cursor, at)));
  }
  return metadata;
}

export async function readValue(cursor: GgufCursor, at: string): Promise<MetadataValue> {
  const type = await cursor.uint32(at);
  if (type === STRING_TYPE) {
    const text = await cursor.text(at);
    return typeof text === "string"
      ? { kind: "scalar", type, value: text }
      : { kind: "long-string", lengthBytes: text };
  }
  if (type !== ARRAY_TYPE) return { kind: "scalar", type, value: await cursor.scalar(type, at) };

  const elementType = await cursor.uint32(at);
  const length = await cursor.count(at, MAX_ARRAY_LENGTH);
  if (elementType !== STRING_TYPE) {
    const elementBytes = scalarSizes.get(elementType);
    // Arrays of arrays are in the format, but no reader of llama.cpp takes them.
    if (elementBytes === undefined) throw damaged(at, `array of unknown type ${elementType}`);
    if (length > MAX_KEPT_ARRAY_LENGTH) {
      cursor.skip(length * elementBytes, at);
      return { kind: "array", elementType, length, values: null };
    }
  }
  const values: MetadataScalar[] | null = length > MAX_KEPT_ARRAY_LENGTH ? null : [];
  for (let index = 0; index < length; index++) {
    if (elementType !== STRING_TYPE) {
      values?.push(await cursor.scalar(elementType, at));
    } else if (values === null) {
      const skipping = cursor.skipString(at);
      if (skipping !== undefined) await skipping;
    } else {
      const text = await cursor.text(at);
      values.push(typeof text === "string" ? text : "");
    }
  }
  return { kind: "array", elementType, length, values };
}

/** Reads and keeps the two lists of a vocabulary that the other readers walk over. */
export class VocabularyReader {
  #tokens: string[] | null = null;
  #types: Int32Array | null = null;

  get vocabulary(): Vocabulary | null {
    return this.#tokens === null ? null : { tokens: this.#tokens, types: this.#types };
  }

  /** undefined: nothing was read, the value is another's. */
  async read(cursor: GgufCursor, key: string, at: string): Promise<MetadataValue | undefined> {
    if (key !== "tokenizer.ggml.tokens" && key !== "tokenizer.ggml.token_type") return undefined;
    const start = cursor.position;
    const isArray = (await cursor.uint32(at)) === ARRAY_TYPE;
    const elementType = isArray ? await cursor.uint32(at) : null;
    if (elementType !== (key === "tokenizer.ggml.tokens" ? STRING_TYPE : INT32_TYPE)) {
      cursor.position = start;
      return undefined;
    }
    const length = await cursor.count(at, MAX_VOCABULARY_TOKENS);
    if (elementType === INT32_TYPE) {
      this.#types = new Int32Array(length);
      for (let index = 0; index < length; index++)
        this.#types[index] = cursor.bufferedInt32() ?? Number(await cursor.scalar(INT32_TYPE, at));
    } else {
      this.#tokens = [];
      let keptBytes = 0;
      for (let index = 0; index < length; index++) {
        const token = cursor.bufferedLatin1() ?? (await cursor.latin1(at));
        keptBytes += token.length;
        if (keptBytes > MAX_VOCABULARY_BYTES)
          throw damaged(at, `a vocabulary of more than ${MAX_VOCABULARY_BYTES} bytes`);
        this.#tokens.push(token);
      }
    }
    return { kind: "array", elementType, length, values: null };
  }
}
