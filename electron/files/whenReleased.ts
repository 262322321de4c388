// Windows refuses to rename and to delete what another program has open: a virus scanner that looks at a new file, a process that is just
// ending and had the file mapped. It lets go of it within moments, most often. Any process.
import { setTimeout as sleep } from "node:timers/promises";

const HELD_CODES: ReadonlySet<unknown> = new Set(["EBUSY", "EPERM", "EACCES"]);
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 1_000;
/** A scanner takes its time for a file of gigabytes. */
const PATIENCE_MS = 20_000;
/** At the end of the process nobody waits long. */
const PATIENCE_AT_THE_END_MS = 500;

/** Another program did not let go of a file in time. */
export class HeldFileError extends Error {
  override readonly name = "HeldFileError";
  readonly code = "EBUSY";
  readonly syscall: string;

  /** `refusal`: the system's last one. Whoever asks has made the file, or one beside it: it is not for want of permission. */
  constructor(refusal: NodeJS.ErrnoException) {
    super(`another program holds the file: ${refusal.message}`, { cause: refusal });
    this.syscall = refusal.syscall ?? "rename";
  }
}

export interface Release {
  /** Ends the waiting with its reason. */
  signal?: AbortSignal | undefined;
  platform?: NodeJS.Platform;
  patienceMs?: number;
}

/** Tries again on Windows while the file is held. Throws HeldFileError when it is not let go of, the signal's reason, and other errors at once. */
export async function whenReleased<Value>(
  work: () => Promise<Value>,
  { signal, platform = process.platform, patienceMs = PATIENCE_MS }: Release = {},
): Promise<Value> {
  for (const pauseMs of pauses(patienceMs)) {
    try {
      return await work();
    } catch (error) {
      if (!isHeld(error, platform)) throw error;
    }
    await sleep(pauseMs, undefined, signal === undefined ? {} : { signal }).catch(() => signal?.throwIfAborted());
  }
  try {
    return await work();
  } catch (error) {
    throw isHeld(error, platform) ? new HeldFileError(error) : error;
  }
}

/** For the end of the process, and for what must be done before anything else: the thread waits, for half a second at most. */
export function whenReleasedNow<Value>(work: () => Value, platform = process.platform): Value {
  for (const pauseMs of pauses(PATIENCE_AT_THE_END_MS)) {
    try {
      return work();
    } catch (error) {
      if (!isHeld(error, platform)) throw error;
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs);
  }
  return work();
}

/** Twice as long each time. */
function* pauses(patienceMs: number): Generator<number> {
  for (let pauseMs = FIRST_PAUSE_MS, leftMs = patienceMs; leftMs > 0; pauseMs *= 2) {
    const nextMs = Math.min(pauseMs, LONGEST_PAUSE_MS, leftMs);
    leftMs -= nextMs;
    yield nextMs;
  }
}

function isHeld(error: unknown, platform: NodeJS.Platform): error is NodeJS.ErrnoException {
  return platform === "win32" && error instanceof Error && "code" in error && HELD_CODES.has(error.code);
}
