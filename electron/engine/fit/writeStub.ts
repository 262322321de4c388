// Writes a GGUF file that has a model's shape and no weights. llama.cpp's dry run reads only the header of it, and plans exactly the memory
// that it would plan for the model itself. Fit process.
import { open } from "node:fs/promises";
import path from "node:path";
import { requireRoom } from "../../files/room";
import { fail, type Outcome } from "../../contract/failure";
import type { ByteSource } from "../gguf/ByteSource";
import { DEFAULT_ALIGNMENT_BYTES, entryBytes, startBytes, type GgufEntry } from "../gguf/ggufBytes";
import { metadataNumber, metadataText, readGgufHeader, type GgufHeader } from "../gguf/readGgufHeader";
import type { ModelShape } from "./readModelShape";

/** More than any alignment takes (readGgufHeader.ts). */
const MAX_PADDING_BYTES = 64 * 1024;

/**
 * What stands in place of the weights. "nothing" is enough for dry runs. "hole": the file is as long as one with weights, which quantizing
 * wants to see before it plans. It takes no room where the disk knows holes; Windows makes none unless it is asked to in its own way.
 */
export type StubWeights = "nothing" | "hole";

/** `fileBytes`: size of the file that the shape was read from. Failures: those of readGgufHeader. Throws NoRoomError for a hole. */
export async function writeStub(
  shape: ModelShape,
  fileBytes: number,
  file: string,
  weights: StubWeights,
  platform = process.platform,
): Promise<Outcome<GgufHeader>> {
  const plain = await headerOf(shape, fileBytes);
  if (!plain.ok) return plain;
  const isFirst = metadataText(plain.value, "general.architecture") !== undefined;
  const header = isFirst ? headerBytes(shape, withoutVocabulary(plain.value)) : headerBytes(shape, []);
  const checked = await check(header, shape, fileBytes);
  if (!checked.ok) return checked;
  const { dataOffsetBytes, tensors } = checked.value;
  const sizeBytes = dataOffsetBytes + (weights === "hole" ? weightsEnd(tensors) : 0);
  if (platform === "win32") await requireRoom(path.dirname(file), sizeBytes);
  const stub = await open(file, "w");
  try {
    await stub.writeFile(header);
    await stub.truncate(sizeBytes);
  } finally {
    await stub.close();
  }
  return checked;
}

/** The shape as a checked header, against the file's own length: are all tensors inside it, without overlap? */
export function headerOf(shape: ModelShape, fileBytes: number): Promise<Outcome<GgufHeader>> {
  return check(headerBytes(shape, []), shape, fileBytes);
}

/** llama.cpp's naming of parts: it looks for the others by the first one's name. */
export function stubPath(folder: string, part: number, parts: number): string {
  const number = (value: number) => String(value).padStart(5, "0");
  return path.join(folder, parts === 1 ? "model.gguf" : `model-${number(part + 1)}-of-${number(parts)}.gguf`);
}

/** The size of the vocabulary is a dimension of the embedding then; its words are of no weight. */
function withoutVocabulary(header: GgufHeader): GgufEntry[] {
  const architecture = metadataText(header, "general.architecture") ?? "";
  const embedding = header.tensors.find(({ name }) => name === "token_embd.weight");
  const vocabularySize = embedding?.dimensions[1];
  const key = `${architecture}.vocab_size`;
  return [
    ["tokenizer.ggml.model", { type: "string", value: "no_vocab" }],
    ...(vocabularySize === undefined || header.metadata.has(key)
      ? []
      : [[key, { type: "uint32", value: vocabularySize }] satisfies GgufEntry]),
  ];
}

function headerBytes(shape: ModelShape, more: readonly GgufEntry[]): Buffer {
  const start = startBytes(shape.version, shape.tensorCount, shape.entryCount + more.length);
  return Buffer.concat([start, shape.metadata, ...more.map(entryBytes), shape.tensors]);
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
  if (sizeBytes < header.length)
    return fail("model-truncated", { neededBytes: String(shape.tensorsEndBytes), fileBytes: String(fileBytes) });
  const read = await readGgufHeader(source);
  if (!read.ok) return read;
  const alignment = metadataNumber(read.value, "general.alignment") ?? DEFAULT_ALIGNMENT_BYTES;
  const neededBytes = Math.ceil(shape.tensorsEndBytes / alignment) * alignment + weightsEnd(read.value.tensors);
  return neededBytes > fileBytes
    ? fail("model-truncated", { neededBytes: String(neededBytes), fileBytes: String(fileBytes) })
    : read;
}

function weightsEnd(tensors: GgufHeader["tensors"]): number {
  return tensors.reduce((end, tensor) => Math.max(end, tensor.offsetBytes + tensor.sizeBytes), 0);
}
