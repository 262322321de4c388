import { t } from "../../words/language";
import { formatCount } from "../../words/quantities";

/** 1234 → "1,234 ms". */
export function formatMilliseconds(milliseconds: number): string {
  return t("{count} ms", { count: formatCount(milliseconds) });
}
