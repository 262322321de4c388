// Turns errors of the file system into the failures that a person can do something about. Main process.
import { downloadFailed, type DownloadFailure } from "../../contract/downloads";

export function diskFailure(error: unknown, missingBytes: number): DownloadFailure {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  switch (code) {
    case "ENOSPC":
    case "EDQUOT":
      return downloadFailed("download-disk-full", { missingBytes: String(missingBytes) }, error).failure;
    case "EFBIG":
      return downloadFailed("download-file-too-large", undefined, error).failure;
    case "ENOENT":
      return downloadFailed("download-parts-missing", undefined, error).failure;
    default:
      // EACCES, EROFS, EIO, a folder where a file should be: nothing here can be written.
      return downloadFailed("download-folder-unusable", undefined, error).failure;
  }
}
