// Why the engine process ended, told from its exit code and what was known of its memory. Pure.
import { failure, type Failure } from "../../contract/failure";

/** SIGKILL and abort, as Electron and as a shell report them. */
const killCodes = [9, 137];
const abortCodes = [6, 134];
/** An engine that held so much of all memory when it was killed or gave up was most likely killed for it. */
const LARGE_PART_OF_MEMORY = 0.5;

export interface EngineExit {
  code: number;
  saidHello: boolean;
  /** As of the last heartbeat. */
  residentBytes: number;
  totalBytes: number;
  /** The system counted one more kill for memory since the engine was started. */
  wasKilledForMemory: boolean;
}

export function classifyExit({ code, saidHello, residentBytes, totalBytes, wasKilledForMemory }: EngineExit): Failure {
  const wasKilled = killCodes.includes(code);
  const held = residentBytes > LARGE_PART_OF_MEMORY * totalBytes;
  const cause = `The process ended with code ${code}, ${gigabytes(residentBytes)} in memory`;
  if ((wasKilled && (wasKilledForMemory || held)) || (abortCodes.includes(code) && held)) {
    return failure(
      "engine-out-of-memory",
      { needed: `more than ${gigabytes(residentBytes)}`, available: gigabytes(totalBytes) },
      cause,
    );
  }
  return failure(saidHello ? "engine-crashed" : "engine-start-failed", undefined, cause);
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
