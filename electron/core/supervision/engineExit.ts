// Why the engine process ended, told from how it ended and what was known of its memory. Pure.
import { failure, type Failure } from "../../contract/failure";
import { codeText, endCause } from "../../process/exitCode";
import type { ProcessEnd } from "../../process/SupervisedProcess";

/** An engine that held so much of all memory when it was killed or gave up was most likely killed for it. */
const LARGE_PART_OF_MEMORY = 0.5;
/** macOS compresses memory before it kills for want of it, and what is compressed is not resident. */
const LARGE_PART_ON_MAC = 0.25;

export interface EngineExit extends ProcessEnd {
  saidHello: boolean;
  /** As of the last heartbeat. */
  residentBytes: number;
  totalBytes: number;
  /** The system counted one more kill for memory since the engine was started. */
  wasKilledForMemory: boolean;
}

export function classifyExit(exit: EngineExit, platform = process.platform): Failure {
  const { why: killedFor, code, saidHello, residentBytes, totalBytes, wasKilledForMemory } = exit;
  if (killedFor === "time") return failure("engine-not-responding", undefined, "The load stood still");
  if (killedFor === "silence") {
    return saidHello
      ? failure("engine-not-responding")
      : failure("engine-start-failed", undefined, "It said nothing in time");
  }
  const held = residentBytes > (platform === "darwin" ? LARGE_PART_ON_MAC : LARGE_PART_OF_MEMORY) * totalBytes;
  const cause = `The process ended with code ${codeText(code)}, ${gigabytes(residentBytes)} in memory`;
  const why = endCause(code);
  if (
    why === "no-memory" ||
    (why === "killed" && wasKilledForMemory) ||
    (held && (why === "killed" || why === "gave-up"))
  ) {
    return failure("engine-out-of-memory", { usedBytes: String(residentBytes), totalBytes: String(totalBytes) }, cause);
  }
  return failure(saidHello ? "engine-crashed" : "engine-start-failed", undefined, cause);
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
