import { t } from "../../words/language";
import { formatBytes } from "../../words/quantities";

/** "4.10 GB", "4.10 GB in 3 files". */
export function sizeWords(sizeBytes: number, fileCount: number): string {
  const size = formatBytes(sizeBytes);
  return fileCount > 1
    ? t("{size} in {count, plural, one {# file} other {# files}}", { size, count: fileCount })
    : size;
}
