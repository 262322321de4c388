// How large something is, and in how many files where there are several. Renderer.
import { t } from "../../../electron/words/language";
import { formatBytes } from "../../../electron/words/quantities";

/** "4.80 GB", "48.0 GB in 3 files". */
export function fileSize({ sizeBytes, fileCount }: { readonly sizeBytes: number; readonly fileCount: number }): string {
  const size = formatBytes(sizeBytes);
  return fileCount < 2
    ? size
    : t("{size} in {count, plural, one {# file} other {# files}}", { size, count: fileCount });
}
