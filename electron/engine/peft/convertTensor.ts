// The numbers of one tensor on their way from a safetensors file to 32-bit floats, some rows at a time. Job process.
import type { ByteSource } from "../gguf/ByteSource";
import { JobError } from "../jobs/JobError";
import type { PlannedTensor } from "./planPeft";
import { isReadableType, type ReadableType, type SafetensorsTensor } from "./readSafetensors";

/** Numbers in memory at once, about. */
const CHUNK_VALUES = 1 << 20;
const VALUE_BYTES: Readonly<Record<ReadableType, number>> = { F32: 4, F16: 2, BF16: 2 };

/** In the order in which they are to be written. Throws JobError "peft-weights-damaged" when the file ends early. */
export function convertTensor(source: ByteSource, planned: PlannedTensor): AsyncGenerator<Float32Array<ArrayBuffer>> {
  return planned.isTransposed ? columnsAsRows(source, planned) : rows(source, planned);
}

async function* rows(
  source: ByteSource,
  { source: tensor, factor, headRows }: PlannedTensor,
): AsyncGenerator<Float32Array<ArrayBuffer>> {
  const [rowCount = 0, columns = 0] = tensor.shape;
  // A head is not taken apart: its rows change places only among themselves.
  const unit = headRows ?? 1;
  const step = Math.max(1, Math.floor(CHUNK_VALUES / (columns * unit))) * unit;
  for (let row = 0; row < rowCount; row += step) {
    const values = await read(source, tensor, row * columns, Math.min(step, rowCount - row) * columns);
    if (factor !== 1) for (let index = 0; index < values.length; index++) values[index] = (values[index] ?? 0) * factor;
    yield headRows === null ? values : interleaved(values, columns, headRows);
  }
}

/** The first and the second half of a head's rows, taken in turn. */
function interleaved(values: Float32Array<ArrayBuffer>, columns: number, headRows: number): Float32Array<ArrayBuffer> {
  const reordered = new Float32Array(values.length);
  const half = headRows / 2;
  for (let to = 0; to * columns < values.length; to++) {
    const inHead = to % headRows;
    const from = to - inHead + (inHead % 2) * half + (inHead >> 1);
    reordered.set(values.subarray(from * columns, (from + 1) * columns), to * columns);
  }
  return reordered;
}

async function* columnsAsRows(
  source: ByteSource,
  { source: tensor, factor, headRows }: PlannedTensor,
): AsyncGenerator<Float32Array<ArrayBuffer>> {
  const [rowCount = 0, columns = 0] = tensor.shape;
  const unit = headRows ?? 1;
  const step = Math.max(1, Math.floor(CHUNK_VALUES / (rowCount * unit))) * unit;
  for (let column = 0; column < columns; column += step) {
    const width = Math.min(step, columns - column);
    const turned = new Float32Array(width * rowCount);
    // All of it at once where it fits: thousands of short rows would be thousands of reads.
    const whole = width === columns ? await read(source, tensor, 0, rowCount * columns) : null;
    for (let row = 0; row < rowCount; row++) {
      const values =
        whole?.subarray(row * columns, (row + 1) * columns) ??
        (await read(source, tensor, row * columns + column, width));
      for (let index = 0; index < width; index++) turned[index * rowCount + row] = (values[index] ?? 0) * factor;
    }
    yield headRows === null ? turned : interleaved(turned, rowCount, headRows);
  }
}

async function read(
  source: ByteSource,
  { type, offsetBytes }: SafetensorsTensor,
  firstValue: number,
  count: number,
): Promise<Float32Array<ArrayBuffer>> {
  if (!isReadableType(type)) throw JobError.because("internal", {}, `numbers of the type ${type}`);
  const valueBytes = VALUE_BYTES[type];
  const bytes = await source.read(offsetBytes + firstValue * valueBytes, count * valueBytes);
  if (bytes.length < count * valueBytes) throw JobError.because("peft-weights-damaged", { reason: "part-missing" });
  return floatsOf(bytes.slice().buffer, type);
}

/** Exact: both 16-bit formats are part of the 32-bit one. */
function floatsOf(bytes: ArrayBuffer, type: ReadableType): Float32Array<ArrayBuffer> {
  if (type === "F32") return new Float32Array(bytes);
  const halves = new Uint16Array(bytes);
  const bits = new Uint32Array(halves.length);
  for (let index = 0; index < bits.length; index++) {
    const half = halves[index] ?? 0;
    bits[index] = type === "BF16" ? half << 16 : bitsOfHalf(half);
  }
  return new Float32Array(bits.buffer);
}

/** Bits of the same number in 32 bits (IEEE 754 binary16 to binary32). */
function bitsOfHalf(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return sign | 0x7f80_0000 | (fraction << 13);
  if (exponent > 0) return sign | ((exponent + 112) << 23) | (fraction << 13);
  if (fraction === 0) return sign;
  // Too small for an exponent there, and not here: the leading one moves to its place.
  const shift = Math.clz32(fraction) - 21;
  return sign | ((113 - shift) << 23) | (((fraction << shift) & 0x3ff) << 13);
}
