// What kind of GGUF a file is, from its first bytes and its name: a model, or something that goes with one. Plain Node.
import { open } from "node:fs/promises";

export type GgufKind = "model" | "projector" | "adapter" | "importance-matrix" | "not-gguf";

/** The keys that tell the kind stand before the vocabulary, within the first kilobytes. */
const READ_BYTES = 64 * 1024;
const MAX_KEYS = 200;
const HEADER_BYTES = 24;
const STRING_TYPE = 8;
/** Bytes of a value by GGUF type; strings and arrays have none. */
const VALUE_BYTES: Readonly<Record<number, number>> = { 0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8 };

/** Reads at most 64 KiB. Throws the file system's errors. */
export async function ggufKindOf(file: string, fileName: string): Promise<GgufKind> {
  const handle = await open(file, "r");
  try {
    const buffer = Buffer.alloc(READ_BYTES);
    const { bytesRead } = await handle.read(buffer, 0, READ_BYTES, 0);
    const head = buffer.subarray(0, bytesRead);
    if (head.length < HEADER_BYTES || head.toString("latin1", 0, 4) !== "GGUF") return "not-gguf";
    return kindByMetadata(firstTexts(head)) ?? kindByName(fileName);
  } finally {
    await handle.close();
  }
}

/** By the words that llama.cpp's and others' tools put into names. */
export function kindByName(fileName: string): Exclude<GgufKind, "not-gguf"> {
  if (/(?:^|[-._])mmproj(?:$|[-._])/iu.test(fileName)) return "projector";
  if (/(?:^|[-._])imatrix(?:$|[-._])/iu.test(fileName)) return "importance-matrix";
  if (/(?:^|[-._])(?:lora|adapter|control[-_]?vector)(?:$|[-._])/iu.test(fileName)) return "adapter";
  return "model";
}

function kindByMetadata(texts: ReadonlyMap<string, string>): Exclude<GgufKind, "not-gguf"> | null {
  const type = texts.get("general.type");
  if (type === "adapter" || texts.has("adapter.type")) return "adapter";
  if (type === "imatrix") return "importance-matrix";
  if (type === "mmproj" || texts.get("general.architecture") === "clip") return "projector";
  return type === "model" ? "model" : null;
}

/** Key and value of the texts before the first array. Whatever does not add up ends the reading. */
function firstTexts(head: Buffer): Map<string, string> {
  const texts = new Map<string, string>();
  let at = HEADER_BYTES;
  const text = (): string | null => {
    if (at + 8 > head.length) return null;
    const length = head.readBigUInt64LE(at);
    if (length > BigInt(head.length - at - 8)) return null;
    const from = at + 8;
    at = from + Number(length);
    return head.toString("utf8", from, at);
  };
  for (let key = 0; key < MAX_KEYS; key++) {
    const name = text();
    if (name === null || at + 4 > head.length) break;
    const type = head.readUInt32LE(at);
    at += 4;
    if (type === STRING_TYPE) {
      const value = text();
      if (value === null) break;
      texts.set(name, value);
      continue;
    }
    const size = VALUE_BYTES[type];
    if (size === undefined) break;
    at += size;
  }
  return texts;
}
