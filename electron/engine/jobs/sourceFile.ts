// The model that a job reads: what it is, its hash, and whether it stayed the same meanwhile. Job process.
import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import path from "node:path";
import { UserFile } from "../../files/UserFile";
import type { Amount } from "./progressMeter";
import { JobError } from "./JobError";
import type { NativeAddon, NativeModelFile } from "./nativeAddon";
import { headerFailure } from "./soundHeader";

export interface SourceFile {
  /** All files of a split model, in order. */
  paths: readonly string[];
  bytes: number;
  facts: NativeModelFile;
  /** Changes when any of the files does. */
  fingerprint: string;
}

/** Large reads: hashing is then as fast as the disk. */
const READ_BYTES = 4 * 1024 * 1024;

/** Throws JobError "source-missing", "model-unreadable", "model-damaged", "model-not-measurable". */
export async function openSource(addon: NativeAddon, source: string): Promise<SourceFile> {
  const fileName = path.basename(source);
  if (!(await stat(source).catch(() => null))?.isFile()) throw JobError.because("source-missing", { file: fileName });
  const first = await describe(addon, source);
  if (first.kind !== "model" || first.architecture === "")
    throw JobError.because("model-not-measurable", { file: fileName });
  const paths = splitPaths(source, first.splits);
  const facts = { ...first };
  for (const next of paths.slice(1)) {
    if (!(await stat(next).catch(() => null))?.isFile())
      throw JobError.because("source-missing", { file: path.basename(next) });
    const part = await describe(addon, next);
    facts.weightBytes += part.weightBytes;
    facts.parameters += part.parameters;
    facts.metadataBytes += part.metadataBytes;
  }
  const { fingerprint, bytes } = await fingerprintOf(paths);
  return { paths, bytes, facts, fingerprint };
}

/** What the addon cannot read is damaged, or no GGUF file at all: the file system itself let us in. */
async function describe(addon: NativeAddon, file: string): Promise<NativeModelFile> {
  try {
    await access(file, constants.R_OK);
  } catch (error) {
    throw JobError.because("model-unreadable", { file: path.basename(file) }, error);
  }
  const unsound = await headerFailure(file);
  if (unsound !== null)
    throw JobError.because("model-damaged", { file: path.basename(file) }, unsound.cause ?? unsound.code);
  return addon.describeModelFile({ path: file }).catch((error: unknown) => {
    throw JobError.because("model-damaged", { file: path.basename(file) }, error);
  });
}

/** Throws JobError "source-changed" when a file is another one than before. A file deleted meanwhile was still read whole. */
export async function requireUnchanged(source: SourceFile): Promise<void> {
  const now = await fingerprintOf(source.paths).catch(() => null);
  if (now !== null && now.fingerprint !== source.fingerprint) {
    throw JobError.because("source-changed", { file: path.basename(source.paths[0] ?? "") });
  }
}

/** SHA-256 over all files of the model, in order; of a whole model it is the file's own. */
export async function hashSource(source: SourceFile, onAmount: (amount: Amount) => void): Promise<string> {
  const hash = createHash("sha256");
  const piece = new Uint8Array(READ_BYTES);
  let done = 0;
  for (const part of source.paths) {
    const item = path.basename(part);
    const file = await UserFile.open(part);
    try {
      for (let count = await file.read(piece); count > 0; count = await file.read(piece)) {
        hash.update(piece.subarray(0, count));
        done += count;
        onAmount({ done, total: source.bytes, item });
      }
    } finally {
      await file.close();
    }
  }
  return hash.digest("hex");
}

/** llama.cpp's naming: <name>-00001-of-00003.gguf. */
export function splitPaths(first: string, splits: number): readonly string[] {
  if (splits <= 1) return [first];
  const match = /^(.*)-00001-of-(\d{5})\.gguf$/u.exec(first);
  const [, prefix, count] = match ?? [];
  if (prefix === undefined || count === undefined || Number(count) !== splits) {
    throw JobError.because(
      "model-unreadable",
      { file: path.basename(first) },
      "a part of a split model that is not the first",
    );
  }
  return Array.from(
    { length: splits },
    (_, index) => `${prefix}-${String(index + 1).padStart(5, "0")}-of-${count}.gguf`,
  );
}

async function fingerprintOf(paths: readonly string[]): Promise<{ fingerprint: string; bytes: number }> {
  const stats = await Promise.all(paths.map((file) => stat(file)));
  return {
    fingerprint: stats.map(({ ino, size, mtimeMs }) => `${ino}:${size}:${mtimeMs}`).join(),
    bytes: stats.reduce((sum, { size }) => sum + size, 0),
  };
}
