// The SHA-256 of files whose name or origin record says it, so that nothing need be read. Plain Node.
import path from "node:path";
import { readOrigin } from "../downloads/downloadDisk";

/** Ollama's blobs are named by their hash, and those of the Hugging Face cache that came from its large-file store. */
const OLLAMA_BLOB = /^sha256-([0-9a-f]{64})$/u;
const HUGGING_FACE_BLOB = /^[0-9a-f]{64}$/u;

/** What a part should hash to: by the hub's word at its download, or by its name. null = not known. */
export async function knownSha256(file: string, realPath: string): Promise<string | null> {
  const origin = await readOrigin(file);
  return origin?.sha256 ?? sha256InName(realPath);
}

function sha256InName(realPath: string): string | null {
  if (path.basename(path.dirname(realPath)) !== "blobs") return null;
  const name = path.basename(realPath);
  return OLLAMA_BLOB.exec(name)?.[1] ?? HUGGING_FACE_BLOB.exec(name)?.[0] ?? null;
}
