// Reads all of a delta file before it is used: its header, and that every weight is a number. Fit process and
// engine process.
import { fail, succeed, type Outcome } from "../../contract/failure";
import { FileByteSource, type ByteSource } from "../gguf/ByteSource";
import { ggmlTypes, type GgmlType } from "../gguf/ggmlTypes";
import type { TensorInfo } from "../gguf/readTensors";
import { readDeltaHeaderFrom, type DeltaHeader } from "./readDeltaHeader";

/** Read at once; a multiple of every block (2, 4, 18, 20, 22, 24 and 34 bytes) after rounding down. */
const CHUNK_BYTES = 4 * 1024 * 1024;
const typesByName: ReadonlyMap<string, GgmlType> = new Map([...ggmlTypes.values()].map((type) => [type.name, type]));
/** How many half-precision numbers lead each block of a quantized type: its scale, and for some its minimum. */
const leadingHalves: ReadonlyMap<string, number> = new Map([
  ["Q8_0", 1],
  ["Q5_0", 1],
  ["Q5_1", 2],
  ["Q4_0", 1],
  ["Q4_1", 2],
  ["Q1_0", 1],
]);

/** Failures: those of readDeltaHeader, and "delta-weights-not-finite". */
export async function inspectDelta(path: string): Promise<Outcome<DeltaHeader>> {
  const source = await FileByteSource.open(path);
  if (!source.ok) return source;
  try {
    const delta = await readDeltaHeaderFrom(source.value);
    if (!delta.ok) return delta;
    for (const tensor of delta.value.header.tensors) {
      const checked = await checkTensor(source.value, tensor, delta.value.header.dataOffsetBytes);
      if (!checked.ok) return checked;
    }
    return delta;
  } finally {
    await source.value.close();
  }
}

async function checkTensor(
  source: ByteSource,
  tensor: TensorInfo,
  dataOffsetBytes: number,
): Promise<Outcome<undefined>> {
  const type = typesByName.get(tensor.typeName);
  if (type === undefined) return fail("delta-kind-unsupported", { reason: "weights-of-type", type: tensor.typeName });
  const chunkBytes = Math.floor(CHUNK_BYTES / type.blockBytes) * type.blockBytes;
  for (let offset = 0; offset < tensor.sizeBytes; offset += chunkBytes) {
    const length = Math.min(chunkBytes, tensor.sizeBytes - offset);
    const bytes = await source.read(dataOffsetBytes + tensor.offsetBytes + offset, length);
    if (bytes.length < length) return fail("delta-damaged", { reason: "part-missing" });
    if (!allFinite(bytes, type)) return fail("delta-weights-not-finite", { tensor: tensor.name });
  }
  return succeed(undefined);
}

/** A number is infinite or none when all bits of its exponent are set. */
function allFinite(bytes: Uint8Array, { name, blockBytes }: GgmlType): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const halves = leadingHalves.get(name);
  if (halves !== undefined) {
    for (let block = 0; block < bytes.length; block += blockBytes) {
      for (let half = 0; half < halves; half++)
        if (isNonFiniteHalf(view.getUint16(block + half * 2, true))) return false;
    }
    return true;
  }
  const step = name === "F32" ? 4 : 2;
  // Of a 32-bit number its upper half has the exponent, as in a bfloat16.
  const isNonFinite = name === "F16" ? isNonFiniteHalf : isNonFiniteBfloat;
  for (let offset = step - 2; offset < bytes.length; offset += step)
    if (isNonFinite(view.getUint16(offset, true))) return false;
  return true;
}

function isNonFiniteHalf(bits: number): boolean {
  return (bits & 0x7c00) === 0x7c00;
}

function isNonFiniteBfloat(bits: number): boolean {
  return (bits & 0x7f80) === 0x7f80;
}
