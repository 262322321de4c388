// Model files for the tests, all made from the real starter model: with a smaller train context, of an unknown architecture, cut.
import { copyFile, mkdtemp, open, truncate, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { starterModelPath } from "./starterModelFile";

/** Metadata stands at the beginning of a GGUF file; the keys that are changed here come before the vocabulary. */
const HEADER_BYTES = 4_000_000;

export async function ggufFolder(): Promise<string> {
  return mkdtemp(path.join(os.tmpdir(), "facet-e2e-models-"));
}

/** The starter model, except that its metadata says it was trained with this context. */
export async function modelWithTrainContext(folder: string, tokens: number): Promise<string> {
  const file = path.join(folder, `context-${tokens}.gguf`);
  await copyFile(starterModelPath(), file);
  const key = "llama.context_length";
  // After the key: value type 4 (uint32), then the value.
  await patch(file, key, key.length + 4, (value) => value.writeUInt32LE(tokens));
  return file;
}

/** Complete in every way, but its architecture is one that no program knows. */
export async function modelOfUnknownArchitecture(folder: string): Promise<string> {
  const file = path.join(folder, "unknown-architecture.gguf");
  await copyFile(starterModelPath(), file);
  const key = "general.architecture";
  // After the key: value type 8 (string), its length as uint64, then "llama".
  await patch(file, key, key.length + 12, (value) => value.write("gizmo", "latin1"));
  return file;
}

export async function truncatedModel(folder: string, sizeBytes: number): Promise<string> {
  const file = path.join(folder, `cut-${sizeBytes}.gguf`);
  await copyFile(starterModelPath(), file);
  await truncate(file, sizeBytes);
  return file;
}

export async function textNamedGguf(folder: string): Promise<string> {
  const file = path.join(folder, "shopping-list.gguf");
  await writeFile(file, "Milk, bread, apples.\n".repeat(200));
  return file;
}

async function patch(file: string, key: string, skipBytes: number, change: (value: Buffer) => void): Promise<void> {
  const handle = await open(file, "r+");
  try {
    const header = Buffer.alloc(HEADER_BYTES);
    await handle.read(header, 0, HEADER_BYTES, 0);
    const at = header.indexOf(key);
    if (at === -1) throw new Error(`${key} is not in the header of the starter model`);
    const value = header.subarray(at + skipBytes, at + skipBytes + 5);
    const before = Buffer.from(value);
    change(value);
    if (value.equals(before)) throw new Error(`${key} was not changed`);
    await handle.write(value, 0, value.length, at + skipBytes);
  } finally {
    await handle.close();
  }
}
