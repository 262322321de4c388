// Copies a fine-tune's file and says what was copied: its SHA-256 and size; whose fault a failure is.
import { chmod, link, stat } from "node:fs/promises";
import { fail, succeed, type Failure, type Outcome } from "../../contract/failure";
import { abandonable } from "../../files/abandonable";
import { NotARegularFileError } from "../../files/UserFile";
import { errnoOf } from "../fileFailure";
import type { TaskRun } from "../importing/FileTasks";
import { copyAndHash, hashLargeFile } from "../importing/copyLargeFile";

/** Nobody else on this computer needs them. */
const MODE = 0o600;

/** Cancels it, and receives its progress. */
export interface CopyRun {
  signal: AbortSignal;
  addTotal?(bytes: number): void;
  addDone?(bytes: number): void;
}

/** Of a file's content. */
export interface ContentHash {
  sha256: string;
  sizeBytes: number;
}

/** Throws the file system's error for the target; a source that cannot be read is a failure, and "request-cancelled". */
export function copyHashing(
  source: string,
  target: string,
  run: CopyRun = { signal: new AbortController().signal },
): Promise<Outcome<ContentHash>> {
  return readHashing(source, run, (counting) => copyAndHash(source, target, counting, MODE));
}

/** As a second name of the same file, where the disk knows such names: nothing is written. Only for a source that nobody will change. */
export async function linkHashing(source: string, target: string, run?: CopyRun): Promise<Outcome<ContentHash>> {
  try {
    await link(source, target);
  } catch {
    return copyHashing(source, target, run);
  }
  await chmod(target, MODE);
  return hashOf(target, run);
}

/** Without a copy. A file that cannot be read is a failure, and "request-cancelled". */
export function hashOf(
  source: string,
  run: CopyRun = { signal: new AbortController().signal },
): Promise<Outcome<ContentHash>> {
  return readHashing(source, run, (counting) => hashLargeFile(source, counting));
}

async function readHashing(
  source: string,
  { signal, addTotal, addDone }: CopyRun,
  read: (counting: Pick<TaskRun, "signal" | "addDone">) => Promise<string>,
): Promise<Outcome<ContentHash>> {
  let sizeBytes = 0;
  const count = (bytes: number) => {
    sizeBytes += bytes;
    addDone?.(bytes);
  };
  try {
    addTotal?.((await abandonable(stat(source), signal)).size);
    const sha256 = await read({ signal, addDone: count });
    return succeed({ sha256, sizeBytes });
  } catch (error) {
    if (signal.aborted) return fail("request-cancelled");
    const failure = sourceFailure(error, source);
    if (failure === null) throw error;
    return failure;
  }
}

/** null for an error that is not the source's: it cannot be opened, or not be read. */
function sourceFailure(error: unknown, source: string): { ok: false; failure: Failure } | null {
  const code = errnoOf(error);
  if (code === null) return null;
  const { path, syscall } = error as NodeJS.ErrnoException;
  if (path !== source && syscall !== "read") return null;
  if (error instanceof NotARegularFileError) return fail("model-unreadable", { reason: "not-a-file" }, error);
  return code === "ENOENT" ? fail("delta-missing") : fail("model-unreadable", {}, error);
}
