// Turns errors of the file system into the failures that a user can do something about.
import { fail, type Failure } from "../../contract/failure";
import { heldReason } from "../fileFailure";

export function diskFailure(error: unknown, missingBytes: number): Failure {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  switch (code) {
    case "ENOSPC":
    case "EDQUOT":
      return fail("download-disk-full", { missingBytes: String(missingBytes) }, error).failure;
    case "EFBIG":
      return fail("download-file-too-large", undefined, error).failure;
    case "EEXIST":
      return fail("download-name-taken", undefined, error).failure;
    case "ENOENT":
      return fail("download-parts-missing", undefined, error).failure;
    default:
      // EACCES, EROFS, EIO, a folder where a file should be: nothing here can be written.
      return fail("download-folder-unusable", heldReason(error), error).failure;
  }
}
