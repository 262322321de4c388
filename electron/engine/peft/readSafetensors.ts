// Reads and checks the header of a safetensors file, trusting nothing in it: lengths, counts, and that the tensors are in the
// file side by side, without gaps or overlaps, as the format asks. Job process.
//
// Format: README.md and safetensors/src/tensor.rs of huggingface/safetensors.
import type { Because, PeftReason } from "../../contract/failureReasons";
import { z } from "zod";
import type { ByteSource } from "../gguf/ByteSource";
import { JobError } from "../jobs/JobError";

/** The format allows 100 MB; the header of an adapter has about 150 bytes for each of some thousand tensors. */
const MAX_HEADER_BYTES = 16 * 1024 * 1024;
const MAX_TENSORS = 50_000;
const MAX_DIMENSIONS = 8;
/** Bytes of one value, for every type of the format: what is left aside may be of any. */
const VALUE_BYTES: ReadonlyMap<string, number> = new Map([
  ["F64", 8],
  ["F32", 4],
  ["F16", 2],
  ["BF16", 2],
  ["F8_E4M3", 1],
  ["F8_E5M2", 1],
  ["I64", 8],
  ["I32", 4],
  ["I16", 2],
  ["I8", 1],
  ["U64", 8],
  ["U32", 4],
  ["U16", 2],
  ["U8", 1],
  ["BOOL", 1],
]);

/** Of an adapter's own weights. */
export type ReadableType = "F32" | "F16" | "BF16";

export interface SafetensorsTensor {
  name: string;
  /** One of the format's: "F32", "I64". */
  type: string;
  /** Rows first, as PyTorch counts. */
  shape: readonly number[];
  /** In the file. */
  offsetBytes: number;
  sizeBytes: number;
}

const Count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const TensorEntry = z.strictObject({
  dtype: z.string().max(20),
  shape: z.array(Count).max(MAX_DIMENSIONS),
  data_offsets: z.tuple([Count, Count]),
});

/** Throws JobError "peft-weights-damaged". */
export async function readSafetensors(source: ByteSource): Promise<SafetensorsTensor[]> {
  const entries = await readEntries(source);
  if (entries.length > MAX_TENSORS) throw damaged({ reason: "too-many-parts" });
  const tensors = entries.map(({ name, entry, dataOffsetBytes }) => tensorOf(name, entry, dataOffsetBytes));
  const inOrder = tensors.toSorted(
    (one, other) => one.offsetBytes - other.offsetBytes || one.sizeBytes - other.sizeBytes,
  );
  let end = entries[0]?.dataOffsetBytes ?? source.sizeBytes;
  for (const { offsetBytes, sizeBytes } of inOrder) {
    // Of a name that comes twice JSON keeps the last: the other one's bytes are a gap then.
    if (offsetBytes !== end) throw damaged({ reason: "parts-overlap" });
    end = offsetBytes + sizeBytes;
  }
  if (end > source.sizeBytes) throw damaged({ reason: "part-missing" });
  if (end < source.sizeBytes) throw damaged({ reason: "goes-on-after-its-end" });
  return tensors;
}

async function readEntries(source: ByteSource): Promise<{ name: string; entry: unknown; dataOffsetBytes: number }[]> {
  const start = Buffer.from(await source.read(0, 8));
  if (start.length < 8) throw damaged({ reason: "too-short" });
  const lengthBytes = start.readBigUInt64LE();
  if (lengthBytes > BigInt(MAX_HEADER_BYTES)) throw damaged({ reason: "not-safetensors" });
  const text = await source.read(8, Number(lengthBytes));
  if (text.length < lengthBytes) throw damaged({ reason: "part-missing" });
  if (text[0] !== 0x7b) throw damaged({ reason: "not-safetensors" });
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(text));
  } catch (error) {
    throw damaged({ reason: "contents-unreadable" }, error);
  }
  if (typeof header !== "object" || header === null || Array.isArray(header))
    throw damaged({ reason: "contents-unreadable" });
  const dataOffsetBytes = 8 + text.length;
  // Names are never keys of an object of ours: "__proto__" is a name like any other.
  return Object.entries(header).flatMap(([name, entry]) =>
    name === "__metadata__" ? [] : [{ name, entry: entry as unknown, dataOffsetBytes }],
  );
}

function tensorOf(name: string, entry: unknown, dataOffsetBytes: number): SafetensorsTensor {
  const parsed = TensorEntry.safeParse(entry);
  if (!parsed.success) throw damaged({ reason: "entry-wrong", name: plain(name) });
  const {
    dtype,
    shape,
    data_offsets: [from, to],
  } = parsed.data;
  const valueBytes = VALUE_BYTES.get(dtype);
  if (valueBytes === undefined)
    throw damaged({ reason: "part-of-unreadable-type", part: plain(name), type: plain(dtype) });
  const values = shape.reduce((product, size) => product * size, 1);
  if (!Number.isSafeInteger(values * valueBytes) || to - from !== values * valueBytes)
    throw damaged({ reason: "size-wrong", part: plain(name) });
  return { name, type: dtype, shape, offsetBytes: dataOffsetBytes + from, sizeBytes: to - from };
}

export function isReadableType(type: string): type is ReadableType {
  return type === "F32" || type === "F16" || type === "BF16";
}

export function isReadable({ type }: SafetensorsTensor): boolean {
  return isReadableType(type);
}

function damaged(because: Because<PeftReason>, cause?: unknown): JobError {
  return JobError.because("peft-weights-damaged", because, cause);
}

/** Text from the file, fit for a sentence. */
export function plain(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, " ").slice(0, 120);
}
