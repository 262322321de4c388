// "Fine-tunes" made by code: copies of a model with slightly changed weights, as after training.
import { copyFile, open } from "node:fs/promises";
import { FileByteSource } from "../electron/engine/gguf/ByteSource";
import { readGgufHeader } from "../electron/engine/gguf/readGgufHeader";
import type { GgufContents } from "../electron/testing/tinyGguf";

/** Of the tiny model, whose weights are 32-bit floats: each of the blocks' matrices moves by `step` at most. */
export function trained(base: GgufContents, step: number): GgufContents {
  const random = numbers();
  const tensors = base.tensors.map((tensor) => {
    if (tensor.name.startsWith("token_embd") || tensor.dimensions.length < 2) return tensor;
    const values = new Float32Array(tensor.data.slice().buffer).map((value) => value + step * 2 * (random() - 0.5));
    return { ...tensor, data: new Uint8Array(values.buffer) };
  });
  return { ...base, tensors };
}

/** Lower bits of a half-precision number's mantissa: changing them moves it by 6 % at most, and never to infinity. */
const MOVED_BITS = 0x3f;

/** Of a model in F16 on disk: the matrices of its blocks move, as if by training. */
export async function writeTrained(source: string, target: string): Promise<void> {
  const bytes = await FileByteSource.open(source);
  if (!bytes.ok) throw new Error(bytes.failure.code);
  const header = await readGgufHeader(bytes.value);
  await bytes.value.close();
  if (!header.ok) throw new Error(header.failure.code);
  await copyFile(source, target);
  const file = await open(target, "r+");
  try {
    let state = 1;
    for (const { name, typeName, offsetBytes, sizeBytes } of header.value.tensors) {
      if (!name.startsWith("blk.") || typeName !== "F16") continue;
      const at = header.value.dataOffsetBytes + offsetBytes;
      const weights = Buffer.alloc(sizeBytes);
      await file.read(weights, 0, sizeBytes, at);
      for (let low = 0; low < sizeBytes; low += 2) {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
        weights[low] = (weights[low] ?? 0) ^ ((state >>> 24) & MOVED_BITS);
      }
      await file.write(weights, 0, sizeBytes, at);
    }
  } finally {
    await file.close();
  }
}

function numbers(): () => number {
  let state = 11;
  return () => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
}
