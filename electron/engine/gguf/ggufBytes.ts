// The bytes of a GGUF file's header, for files that Facet itself writes: ggml/include/gguf.h of llama.cpp. Little-endian.

/** Also the format's number of the value's type, as the key's reader expects it. */
export type GgufValue =
  | { type: "uint32" | "float32"; value: number }
  | { type: "string"; value: string }
  | { type: "strings"; value: readonly string[] };
export type GgufEntry = readonly [key: string, value: GgufValue];

export interface GgufTensor {
  name: string;
  /** Row length first, as ggml counts. */
  dimensions: readonly number[];
  /** The format's number; 0 = F32. */
  type: number;
  sizeBytes: number;
}

export const GGUF_VERSION = 3;
export const DEFAULT_ALIGNMENT_BYTES = 32;
const TYPE_NUMBERS = { uint32: 4, float32: 6, string: 8, strings: 9 } as const;

export function startBytes(version: number, tensorCount: number, entryCount: number): Buffer {
  const start = Buffer.alloc(24);
  start.write("GGUF", 0, "latin1");
  start.writeUInt32LE(version, 4);
  start.writeBigUInt64LE(BigInt(tensorCount), 8);
  start.writeBigUInt64LE(BigInt(entryCount), 16);
  return start;
}

export function entryBytes([key, entry]: GgufEntry): Buffer {
  return Buffer.concat([textBytes(key), uint32Bytes(TYPE_NUMBERS[entry.type]), valueBytes(entry)]);
}

/** A whole header, padded to where the first tensor's data begin. The tensors follow in this order, each padded by alignedBytes. */
export function headerBytes(entries: readonly GgufEntry[], tensors: readonly GgufTensor[]): Buffer {
  let offset = 0;
  const infos = tensors.map(({ name, dimensions, type, sizeBytes }) => {
    const info = Buffer.concat([
      textBytes(name),
      uint32Bytes(dimensions.length),
      ...dimensions.map(uint64Bytes),
      uint32Bytes(type),
      uint64Bytes(offset),
    ]);
    offset += alignedBytes(sizeBytes);
    return info;
  });
  const header = Buffer.concat([
    startBytes(GGUF_VERSION, tensors.length, entries.length),
    ...entries.map(entryBytes),
    ...infos,
  ]);
  return Buffer.concat([header, Buffer.alloc(alignedBytes(header.length) - header.length)]);
}

export function alignedBytes(bytes: number): number {
  return Math.ceil(bytes / DEFAULT_ALIGNMENT_BYTES) * DEFAULT_ALIGNMENT_BYTES;
}

function valueBytes({ type, value }: GgufValue): Buffer {
  if (type === "string") return textBytes(value);
  if (type === "strings")
    return Buffer.concat([uint32Bytes(TYPE_NUMBERS.string), uint64Bytes(value.length), ...value.map(textBytes)]);
  if (type === "uint32") return uint32Bytes(value);
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes;
}

function textBytes(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([uint64Bytes(bytes.length), bytes]);
}

function uint32Bytes(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function uint64Bytes(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}
