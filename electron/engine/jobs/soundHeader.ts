// llama.cpp ends its process on some headers that are not well formed. So each file is read here before the addon sees it. Job process.
import path from "node:path";
import type { Failure } from "../../contract/failure";
import { withMissingDetails } from "../../contract/failureDetails";
import { FileByteSource } from "../gguf/ByteSource";
import { readGgufHeader } from "../gguf/readGgufHeader";
import { JobError } from "./JobError";

/** Throws JobError: "model-missing", "model-unreadable", and what readGgufHeader finds. */
export async function requireSoundHeader(file: string): Promise<void> {
  const unsound = await headerFailure(file);
  if (unsound !== null) throw JobError.of(withMissingDetails(unsound, { file: path.basename(file) }));
}

/** null: it is sound. */
export async function headerFailure(file: string): Promise<Failure | null> {
  const source = await FileByteSource.open(file);
  if (!source.ok) return source.failure;
  try {
    const header = await readGgufHeader(source.value);
    return header.ok ? null : header.failure;
  } finally {
    await source.value.close();
  }
}
