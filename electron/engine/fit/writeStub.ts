// Writes a GGUF file that has a model's shape and no weights: sparse, so it takes no room. llama.cpp's dry run reads
// only the header of it, and plans exactly the memory that it would plan for the model itself. Fit process.
import { open } from "node:fs/promises";
import path from "node:path";
import { fail, type Outcome } from "../../contract/failure";
import type { ByteSource } from "../gguf/ByteSource";
import { metadataNumber, metadataText, readGgufHeader, type GgufHeader } from "../gguf/readGgufHeader";
import type { ModelShape } from "./readModelShape";

const UINT32 = 4;
const STRING = 8;
const DEFAULT_ALIGNMENT_BYTES = 32;
/** More than any alignment takes (readGgufHeader.ts). */
const MAX_PADDING_BYTES = 64 * 1024;

/** `fileBytes`: size of the file that the shape was read from. Failures: those of readGgufHeader. */
export async function writeStub(shape: ModelShape, fileBytes: number, file: string): Promise<Outcome<GgufHeader>> {
  const plain = await headerOf(shape, fileBytes);
  if (!plain.ok) return plain;
  const isFirst = metadataText(plain.value, "general.architecture") !== undefined;
  const header = isFirst ? headerBytes(shape, withoutVocabulary(plain.value)) : headerBytes(shape, []);
  const checked = await check(header, shape, fileBytes);
  if (!checked.ok) return checked;
  const { dataOffsetBytes, tensors } = checked.value;
  const endBytes = weightsEnd(tensors);
  const stub = await open(file, "w");
  try {
    await stub.writeFile(header);
    await stub.truncate(dataOffsetBytes + endBytes);
  } finally {
    await stub.close();
  }
  return checked;
}

/** The shape as a checked header, against the file's own length: do the tensors lie in it and apart from each other? */
export function headerOf(shape: ModelShape, fileBytes: number): Promise<Outcome<GgufHeader>> {
  return check(headerBytes(shape, []), shape, fileBytes);
}

/** llama.cpp's naming of parts: it looks for the others by the first one's name. */
export function stubPath(folder: string, part: number, parts: number): string {
  const number = (value: number) => String(value).padStart(5, "0");
  return path.join(folder, parts === 1 ? "model.gguf" : `model-${number(part + 1)}-of-${number(parts)}.gguf`);
}

type Entry = [key: string, value: number | string];

/** The size of the vocabulary is a dimension of the embedding then; its words are of no weight. */
function withoutVocabulary(header: GgufHeader): Entry[] {
  const architecture = metadataText(header, "general.architecture") ?? "";
  const embedding = header.tensors.find(({ name }) => name === "token_embd.weight");
  const vocabularySize = embedding?.dimensions[1];
  const key = `${architecture}.vocab_size`;
  return [
    ["tokenizer.ggml.model", "no_vocab"],
    ...(vocabularySize === undefined || header.metadata.has(key) ? [] : [[key, vocabularySize] satisfies Entry]),
  ];
}

function headerBytes(shape: ModelShape, more: readonly Entry[]): Buffer {
  const start = Buffer.alloc(24);
  start.write("GGUF", 0, "latin1");
  start.writeUInt32LE(shape.version, 4);
  start.writeBigUInt64LE(BigInt(shape.tensorCount), 8);
  start.writeBigUInt64LE(BigInt(shape.entryCount + more.length), 16);
  return Buffer.concat([start, shape.metadata, ...more.map(entryBytes), shape.tensors]);
}

function entryBytes([key, value]: Entry): Buffer {
  const type = Buffer.alloc(4);
  type.writeUInt32LE(typeof value === "string" ? STRING : UINT32);
  if (typeof value === "string") return Buffer.concat([textBytes(key), type, textBytes(value)]);
  const number = Buffer.alloc(4);
  number.writeUInt32LE(value);
  return Buffer.concat([textBytes(key), type, number]);
}

function textBytes(text: string): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(Buffer.byteLength(text)));
  return Buffer.concat([length, Buffer.from(text)]);
}

// As if the vocabulary had never been there: the file is shorter by what was left out.
// The weights begin at an aligned place, which is another one in the shorter file: so their length is compared here once more.
async function check(header: Buffer, shape: ModelShape, fileBytes: number): Promise<Outcome<GgufHeader>> {
  const leftOutBytes = shape.tensorsEndBytes - header.length;
  const sizeBytes = fileBytes - leftOutBytes + MAX_PADDING_BYTES;
  const source: ByteSource = {
    sizeBytes,
    read: (offset, length) => Promise.resolve(header.subarray(offset, Math.min(offset + length, header.length))),
  };
  if (sizeBytes < header.length) return fail("model-truncated", { neededBytes: String(shape.tensorsEndBytes), fileBytes: String(fileBytes) });
  const read = await readGgufHeader(source);
  if (!read.ok) return read;
  const alignment = metadataNumber(read.value, "general.alignment") ?? DEFAULT_ALIGNMENT_BYTES;
  const neededBytes = Math.ceil(shape.tensorsEndBytes / alignment) * alignment + weightsEnd(read.value.tensors);
  return neededBytes > fileBytes ? fail("model-truncated", { neededBytes: String(neededBytes), fileBytes: String(fileBytes) }) : read;
}

function weightsEnd(tensors: GgufHeader["tensors"]): number {
  return tensors.reduce((end, tensor) => Math.max(end, tensor.offsetBytes + tensor.sizeBytes), 0);
}
