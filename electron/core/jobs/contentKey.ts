// A key for a model's content, made without reading it: the hub's hash where there is one, else path, size and time of its files.
import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { readOrigin } from "../downloads/downloadDisk";

/** Files as they are now; another content has another key. Throws the file system's error when a file is missing. */
export async function contentKey(files: readonly string[]): Promise<string> {
  const hash = createHash("sha256");
  for (const file of files) {
    const origin = await readOrigin(file);
    const { size, mtimeMs } = await stat(file);
    hash.update(origin?.sizeBytes === size ? origin.sha256 : `${file}:${size}:${mtimeMs}`).update("\n");
  }
  return hash.digest("hex").slice(0, 32);
}
