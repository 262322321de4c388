// Copies a file and says what was copied: its SHA-256, computed on the way. Main process or plain Node.
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import { fail, succeed, type Outcome } from "../../contract/failure";
import { errnoOf } from "../fileFailure";

const COPY_CHUNK_BYTES = 1 << 20;

/** Cancels, and is told how far it is. */
export interface CopyRun {
  signal: AbortSignal;
  addTotal?(bytes: number): void;
  addDone?(bytes: number): void;
}

/** Throws the file system's error for the target; a source that cannot be read is a failure, and "request-cancelled". */
export async function copyHashing(source: string, target: string, run?: CopyRun): Promise<Outcome<{ sha256: string; sizeBytes: number }>> {
  const hash = createHash("sha256");
  let sizeBytes = 0;
  const file = await open(target, "wx", 0o600);
  try {
    // What cannot be read is said below.
    run?.addTotal?.((await stat(source).catch(() => null))?.size ?? 0);
    const chunks: AsyncIterator<Uint8Array> = createReadStream(source, { highWaterMark: COPY_CHUNK_BYTES })[Symbol.asyncIterator]();
    for (;;) {
      const next = await readNext(chunks);
      if (!next.ok) return next;
      if (next.value === null) break;
      if (run?.signal.aborted === true) return fail("request-cancelled");
      hash.update(next.value);
      sizeBytes += next.value.length;
      await file.writeFile(next.value);
      run?.addDone?.(next.value.length);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return succeed({ sha256: hash.digest("hex"), sizeBytes });
}

async function readNext(chunks: AsyncIterator<Uint8Array>): Promise<Outcome<Uint8Array | null>> {
  try {
    const { done, value } = await chunks.next();
    return succeed(done === true ? null : value);
  } catch (error) {
    const code = errnoOf(error);
    if (code === null) throw error;
    return code === "ENOENT" ? fail("delta-missing") : fail("model-unreadable", {}, error);
  }
}
