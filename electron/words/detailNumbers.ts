// Numbers in the details of a failure, which are text: said as the language says them.
import { formatBytes, formatCount } from "./quantities";

/** undefined: it is no number. */
export function bytes(amount: string | undefined): string | undefined {
  return amount === undefined || !/^\d+$/u.test(amount) ? undefined : formatBytes(Number(amount));
}

/** What is no number is said as it is. */
export function count(amount: string): string {
  return /^\d+$/u.test(amount) ? formatCount(Number(amount)) : amount;
}
