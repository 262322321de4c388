// What an error of the file system means for the user.
import { failure, type Failure } from "../contract/failure";
import type { FileReason } from "../contract/failureReasons";
import { NoRoomError } from "../files/room";

/** For an error while saving. Errors that are not the file system's are bugs and thrown on. */
export function saveFailure(error: unknown, details?: Record<string, string>): Failure {
  const code = errnoOf(error);
  if (code === null) throw error;
  if (error instanceof NoRoomError)
    return failure("disk-full", { ...details, missingBytes: String(error.missingBytes) }, error);
  if (code === "ENOSPC" || code === "EDQUOT") return failure("disk-full", details, error);
  return failure("save-failed", { ...details, ...heldReason(error) }, error);
}

/** To be put among a failure's details: whether another program holds the file (files/whenReleased.ts). */
export function heldReason(error: unknown): { reason?: "held-by-another-program" & FileReason } {
  return errnoOf(error) === "EBUSY" ? { reason: "held-by-another-program" } : {};
}

/** "ENOENT", "EACCES" …; null for an error of another kind. */
export function errnoOf(error: unknown): string | null {
  return error instanceof Error && "code" in error && typeof error.code === "string" && "syscall" in error
    ? error.code
    : null;
}
