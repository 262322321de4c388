// What an error of the file system means for the user.
import { failure, type Failure } from "../contract/failure";
import { NoRoomError } from "../files/room";

/** For an error while saving. Errors that are not the file system's are bugs and thrown on. */
export function saveFailure(error: unknown, details?: Record<string, string>): Failure {
  const code = errnoOf(error);
  if (code === null) throw error;
  if (error instanceof NoRoomError)
    return failure("disk-full", { ...details, missingBytes: String(error.missingBytes) }, error);
  return failure(code === "ENOSPC" || code === "EDQUOT" ? "disk-full" : "save-failed", details, error);
}

/** "ENOENT", "EACCES" …; null for an error of another kind. */
export function errnoOf(error: unknown): string | null {
  return error instanceof Error && "code" in error && typeof error.code === "string" && "syscall" in error
    ? error.code
    : null;
}
