// Writes a stream to a file that appears under its name only when it is whole, checked and on the disk. Plain Node.
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { removeFile, replaceFile } from "../files/placeFile";

export interface ExpectedFile {
  sha256: string;
  sizeBytes: number;
}

/** The bytes are not the expected ones; what was written has been deleted. */
export class UnexpectedContentError extends Error {
  override readonly name = "UnexpectedContentError";
  readonly reason: "wrong-size" | "wrong-hash";
  constructor(reason: "wrong-size" | "wrong-hash", message: string) {
    super(message);
    this.reason = reason;
  }
}

/**
 * Writes `chunks` to `partPath`, hashing on the way, and gives it the name `finalPath` when size and SHA-256 are right.
 * Nothing is left at `partPath` otherwise. Both must be on one file system.
 */
export async function writeVerified(
  chunks: AsyncIterable<Uint8Array>,
  expected: ExpectedFile,
  partPath: string,
  finalPath: string,
  { signal, onBytes }: { signal: AbortSignal; onBytes?: (receivedBytes: number) => void },
): Promise<void> {
  const hash = createHash("sha256");
  let receivedBytes = 0;
  const file = await open(partPath, "wx", 0o644);
  try {
    for await (const chunk of chunks) {
      signal.throwIfAborted();
      receivedBytes += chunk.byteLength;
      if (receivedBytes > expected.sizeBytes) break;
      hash.update(chunk);
      // FileHandle.write may write less than asked; writeFile continues where the handle stands until all is written.
      await file.writeFile(chunk);
      onBytes?.(receivedBytes);
    }
    signal.throwIfAborted();
    if (receivedBytes !== expected.sizeBytes) {
      const came = receivedBytes > expected.sizeBytes ? "more" : `${receivedBytes}`;
      throw new UnexpectedContentError("wrong-size", `${came} bytes came instead of ${expected.sizeBytes}`);
    }
    if (hash.digest("hex") !== expected.sha256) throw new UnexpectedContentError("wrong-hash", "the SHA-256 differs");
    await file.sync();
    await file.close();
    // The existing file is Facet's own, and damaged.
    await replaceFile(partPath, finalPath, { signal });
  } catch (error) {
    await file.close();
    await removeFile(partPath);
    throw error;
  }
}

/** SHA-256 of a whole file as hexadecimal digits. */
export async function sha256OfFile(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash, { signal });
  return hash.digest("hex");
}
