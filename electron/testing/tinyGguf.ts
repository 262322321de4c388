// Writes small GGUF files for tests: with any header, and a real (random) llama model of about 600 KB.
import { writeFile } from "node:fs/promises";
import { seededRandom } from "./seededRandom";

export type MetadataEntry =
  | { type: "uint32"; value: number }
  | { type: "float32"; value: number }
  | { type: "bool"; value: boolean }
  | { type: "string"; value: string }
  | { type: "uint64"; value: bigint }
  | { type: "strings"; value: readonly string[] }
  | { type: "int32"; value: number }
  | { type: "int64"; value: bigint }
  | { type: "float64"; value: number }
  | { type: "int32s"; value: readonly number[] }
  | { type: "uint32s"; value: readonly number[] }
  | { type: "float32s"; value: readonly number[] }
  | { type: "uint8s"; value: Uint8Array }
  /** Texts that may be no UTF-8. */
  | { type: "byte-strings"; value: readonly Uint8Array[] };

export interface TensorEntry {
  name: string;
  dimensions: readonly number[];
  /** Number of the ggml type; 0 is F32. */
  type: number;
  data: Uint8Array;
  /** Written instead of the right offset. */
  offset?: bigint;
}

export interface GgufContents {
  magic?: string;
  version?: number;
  alignment?: number;
  /** Written instead of the real counts. */
  tensorCount?: bigint;
  metadataCount?: bigint;
  metadata: readonly (readonly [key: string, value: MetadataEntry])[];
  tensors: readonly TensorEntry[];
}

/** Growing little-endian bytes. */
export class ByteWriter {
  #buffer = new Uint8Array(1024);
  #view = new DataView(this.#buffer.buffer);
  lengthBytes = 0;

  bytes(bytes: Uint8Array): this {
    const at = this.#grow(bytes.length);
    this.#buffer.set(bytes, at);
    return this;
  }
  uint8(value: number): this {
    const at = this.#grow(1);
    this.#view.setUint8(at, value);
    return this;
  }
  uint32(value: number): this {
    const at = this.#grow(4);
    this.#view.setUint32(at, value, true);
    return this;
  }
  int32(value: number): this {
    return this.uint32(value >>> 0);
  }
  uint64(value: bigint): this {
    const at = this.#grow(8);
    this.#view.setBigUint64(at, value, true);
    return this;
  }
  float32(value: number): this {
    const at = this.#grow(4);
    this.#view.setFloat32(at, value, true);
    return this;
  }
  float64(value: number): this {
    const at = this.#grow(8);
    this.#view.setFloat64(at, value, true);
    return this;
  }
  string(text: string): this {
    const bytes = encoder.encode(text);
    return this.uint64(BigInt(bytes.length)).bytes(bytes);
  }
  padTo(alignment: number): this {
    this.#grow((alignment - (this.lengthBytes % alignment)) % alignment);
    return this;
  }
  finish(): Uint8Array<ArrayBuffer> {
    return this.#buffer.slice(0, this.lengthBytes);
  }

  /** Returns where the new bytes begin. They are zero. */
  #grow(lengthBytes: number): number {
    const at = this.lengthBytes;
    this.lengthBytes += lengthBytes;
    if (this.lengthBytes > this.#buffer.length) {
      const larger = new Uint8Array(Math.max(this.lengthBytes, this.#buffer.length * 2));
      larger.set(this.#buffer);
      this.#buffer = larger;
      this.#view = new DataView(larger.buffer);
    }
    return at;
  }
}

const encoder = new TextEncoder();

/** The bytes of a GGUF file, right or wrong as asked for. */
export function ggufBytes(contents: GgufContents): Uint8Array<ArrayBuffer> {
  const alignment = contents.alignment ?? 32;
  const writer = new ByteWriter();
  writer.bytes(encoder.encode(contents.magic ?? "GGUF")).uint32(contents.version ?? 3);
  writer.uint64(contents.tensorCount ?? BigInt(contents.tensors.length));
  writer.uint64(contents.metadataCount ?? BigInt(contents.metadata.length));
  for (const [key, entry] of contents.metadata) {
    writer.string(key);
    writeEntry(writer, entry);
  }
  let offset = 0;
  for (const tensor of contents.tensors) {
    writer.string(tensor.name).uint32(tensor.dimensions.length);
    for (const dimension of tensor.dimensions) writer.uint64(BigInt(dimension));
    writer.uint32(tensor.type).uint64(tensor.offset ?? BigInt(offset));
    offset += Math.ceil(tensor.data.length / alignment) * alignment;
  }
  for (const tensor of contents.tensors) writer.padTo(alignment).bytes(tensor.data);
  return writer.padTo(alignment).finish();
}

function writeEntry(writer: ByteWriter, entry: MetadataEntry): void {
  switch (entry.type) {
    case "uint32":
      writer.uint32(4).uint32(entry.value);
      break;
    case "float32":
      writer.uint32(6).float32(entry.value);
      break;
    case "bool":
      writer.uint32(7).uint8(entry.value ? 1 : 0);
      break;
    case "string":
      writer.uint32(8).string(entry.value);
      break;
    case "uint64":
      writer.uint32(10).uint64(entry.value);
      break;
    case "int32":
      writer.uint32(5).int32(entry.value);
      break;
    case "int64":
      writer.uint32(11).uint64(BigInt.asUintN(64, entry.value));
      break;
    case "float64":
      writer.uint32(12).float64(entry.value);
      break;
    case "strings":
      writer.uint32(9).uint32(8).uint64(BigInt(entry.value.length));
      for (const text of entry.value) writer.string(text);
      break;
    case "int32s":
      writer.uint32(9).uint32(5).uint64(BigInt(entry.value.length));
      for (const value of entry.value) writer.int32(value);
      break;
    case "uint32s":
      writer.uint32(9).uint32(4).uint64(BigInt(entry.value.length));
      for (const value of entry.value) writer.uint32(value);
      break;
    case "float32s":
      writer.uint32(9).uint32(6).uint64(BigInt(entry.value.length));
      for (const value of entry.value) writer.float32(value);
      break;
    case "uint8s":
      writer.uint32(9).uint32(0).uint64(BigInt(entry.value.length)).bytes(entry.value);
      break;
    case "byte-strings":
      writer.uint32(9).uint32(8).uint64(BigInt(entry.value.length));
      for (const bytes of entry.value) writer.uint64(BigInt(bytes.length)).bytes(bytes);
      break;
  }
}

export interface TinyModelOptions {
  seed?: number;
  name?: string;
  architecture?: string;
  /** null leaves the template out. */
  chatTemplate?: string | null;
  trainContextTokens?: number;
  /** Embedding length: 64, or 128 where 1-bit deltas need their blocks. */
  width?: number;
  /** Makes a mixture of so many experts of it, two of them for each token. */
  experts?: number;
  /** Replaces or adds metadata; undefined removes a key. */
  metadata?: Readonly<Record<string, MetadataEntry | undefined>>;
  /** Cuts the file to this share of its length. */
  keepFraction?: number;
}

export const chatMlTemplate =
  "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n'}}" +
  "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

const LAYERS = 2;
const HEADS = 4;

/** A whole model that llama.cpp loads and that writes printable nonsense, seldom ending by itself. */
export function tinyModelContents(options: TinyModelOptions = {}): GgufContents {
  const {
    seed = 1,
    architecture = "llama",
    chatTemplate = chatMlTemplate,
    trainContextTokens = 2048,
    width = 64,
    experts = 0,
  } = options;
  const vocabulary = tinyVocabulary();
  const prefix = architecture;
  const metadata = new Map<string, MetadataEntry>([
    ["general.architecture", { type: "string", value: architecture }],
    ["general.type", { type: "string", value: "model" }],
    ["general.name", { type: "string", value: options.name ?? "Tiny random model" }],
    ["general.file_type", { type: "uint32", value: 0 }],
    [`${prefix}.context_length`, { type: "uint32", value: trainContextTokens }],
    [`${prefix}.embedding_length`, { type: "uint32", value: width }],
    [`${prefix}.block_count`, { type: "uint32", value: LAYERS }],
    [`${prefix}.feed_forward_length`, { type: "uint32", value: width * 2 }],
    [`${prefix}.attention.head_count`, { type: "uint32", value: HEADS }],
    [`${prefix}.attention.head_count_kv`, { type: "uint32", value: HEADS }],
    [`${prefix}.attention.layer_norm_rms_epsilon`, { type: "float32", value: 1e-5 }],
    [`${prefix}.rope.dimension_count`, { type: "uint32", value: width / HEADS }],
    [`${prefix}.vocab_size`, { type: "uint32", value: vocabulary.tokens.length }],
    ["tokenizer.ggml.model", { type: "string", value: "gpt2" }],
    ["tokenizer.ggml.pre", { type: "string", value: "gpt-2" }],
    ["tokenizer.ggml.tokens", { type: "strings", value: vocabulary.tokens }],
    ["tokenizer.ggml.token_type", { type: "int32s", value: vocabulary.types }],
    ["tokenizer.ggml.merges", { type: "strings", value: vocabulary.merges }],
    ["tokenizer.ggml.bos_token_id", { type: "uint32", value: vocabulary.startId }],
    ["tokenizer.ggml.eos_token_id", { type: "uint32", value: vocabulary.endId }],
    ["tokenizer.ggml.add_bos_token", { type: "bool", value: false }],
  ]);
  if (experts > 0) {
    metadata.set(`${prefix}.expert_count`, { type: "uint32", value: experts });
    metadata.set(`${prefix}.expert_used_count`, { type: "uint32", value: 2 });
  }
  if (chatTemplate !== null) metadata.set("tokenizer.chat_template", { type: "string", value: chatTemplate });
  for (const [key, value] of Object.entries(options.metadata ?? {}))
    if (value === undefined) metadata.delete(key);
    else metadata.set(key, value);
  return { metadata: [...metadata], tensors: tinyTensors(seed, vocabulary, width, experts) };
}

export function tinyModelBytes(options: TinyModelOptions = {}): Uint8Array<ArrayBuffer> {
  const bytes = ggufBytes(tinyModelContents(options));
  return options.keepFraction === undefined
    ? bytes
    : bytes.subarray(0, Math.floor(bytes.length * options.keepFraction));
}

export async function writeTinyModel(filePath: string, options: TinyModelOptions = {}): Promise<void> {
  await writeFile(filePath, tinyModelBytes(options));
}

export interface TinyVocabulary {
  tokens: string[];
  /** llama.cpp's token types: 1 normal, 3 control. */
  types: number[];
  merges: string[];
  startId: number;
  endId: number;
}

/** Id of a token of the tiny model's vocabulary, "<|endoftext|>" for one; -1 when it has no such token. */
export function tinyTokenId(token: string): number {
  return tinyVocabulary().tokens.indexOf(token);
}

/** Byte-level BPE: the 256 bytes in GPT-2's alphabet, some English words by merges, and ChatML's special tokens. */
export function tinyVocabulary(): TinyVocabulary {
  const tokens = gpt2Alphabet();
  const merges: string[] = [];
  for (const word of ["Ġthe", "Ġand", "Ġof", "Ġto", "Ġa", "Ġin", "ing", "er", "on", "Ġyou", "Hello", "Ġworld"]) {
    let left = word.slice(0, 1);
    for (const right of word.slice(1)) {
      const merged = left + right;
      if (!tokens.includes(merged)) {
        tokens.push(merged);
        merges.push(`${left} ${right}`);
      }
      left = merged;
    }
  }
  const types = tokens.map(() => 1);
  const special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"];
  for (const token of special) {
    tokens.push(token);
    types.push(3);
  }
  return { tokens, types, merges, startId: tokens.indexOf("<|im_start|>"), endId: tokens.indexOf("<|im_end|>") };
}

/** GPT-2's mapping of bytes to characters: printable ones stay, the others go to U+0100 and up. */
export function gpt2Alphabet(): string[] {
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => {
    const printable = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
    return String.fromCodePoint(printable ? byte : next++);
  });
}

function tinyTensors(seed: number, vocabulary: TinyVocabulary, width: number, experts: number): TensorEntry[] {
  const random = seededRandom(seed);
  const matrix = (name: string, columns: number, rows: number, matrices = 1): TensorEntry => {
    const values = Float32Array.from(
      { length: columns * rows * matrices },
      () => (random() - 0.5) * (2 / Math.sqrt(columns)),
    );
    return {
      name,
      dimensions: [columns, rows, ...(matrices === 1 ? [] : [matrices])],
      type: 0,
      data: new Uint8Array(values.buffer),
    };
  };
  const feedForward = (block: string): TensorEntry[] =>
    experts === 0
      ? [
          matrix(`${block}.ffn_gate.weight`, width, width * 2),
          matrix(`${block}.ffn_up.weight`, width, width * 2),
          matrix(`${block}.ffn_down.weight`, width * 2, width),
        ]
      : [
          matrix(`${block}.ffn_gate_inp.weight`, width, experts),
          matrix(`${block}.ffn_gate_exps.weight`, width, width * 2, experts),
          matrix(`${block}.ffn_up_exps.weight`, width, width * 2, experts),
          matrix(`${block}.ffn_down_exps.weight`, width * 2, width, experts),
        ];
  const ones = (name: string, length: number): TensorEntry => ({
    name,
    dimensions: [length],
    type: 0,
    data: new Uint8Array(new Float32Array(length).fill(1).buffer),
  });
  const tensors = [matrix("token_embd.weight", width, vocabulary.tokens.length), ones("output_norm.weight", width)];

  // Rows of tokens that are not plain printable text stay near zero, so that answers are readable and long.
  const output = Float32Array.from({ length: width * vocabulary.tokens.length }, (_, index) => {
    const token = vocabulary.tokens[Math.floor(index / width)] ?? "";
    const isText = /^[Ġa-zA-Z.,]+$/u.test(token);
    return (random() - 0.5) * (isText ? 1.5 : 0.01);
  });
  tensors.push({
    name: "output.weight",
    dimensions: [width, vocabulary.tokens.length],
    type: 0,
    data: new Uint8Array(output.buffer),
  });
  for (let layer = 0; layer < LAYERS; layer++) {
    const block = `blk.${layer}`;
    tensors.push(
      ones(`${block}.attn_norm.weight`, width),
      matrix(`${block}.attn_q.weight`, width, width),
      matrix(`${block}.attn_k.weight`, width, width),
      matrix(`${block}.attn_v.weight`, width, width),
      matrix(`${block}.attn_output.weight`, width, width),
      ones(`${block}.ffn_norm.weight`, width),
      ...feedForward(block),
    );
  }
  return tensors;
}
