// The notices about stored entries that could not be understood that the user has dismissed: each comes back when the count in its file
// has changed.
import { z } from "zod";
import type { Failure } from "../contract/failure";
import type { JsonFile } from "./JsonFile";
import { entry, table, type ValueOf } from "./storedShape";

/** dismissed-notices.json: by file, the count that was dismissed. */
export const StoredDismissals = table(entry(z.string().max(20)));
export type StoredDismissals = ValueOf<typeof StoredDismissals>;

export class DismissedNotices {
  readonly #file: JsonFile<StoredDismissals>;

  constructor(file: JsonFile<StoredDismissals>) {
    this.#file = file;
  }

  has(notice: Failure): boolean {
    const { file, count } = countIn(notice);
    return file !== undefined && count !== undefined && this.#file.value[file] === count;
  }

  /** Other notices come as often as their cause. */
  add(notice: Failure): void {
    const { file, count } = countIn(notice);
    if (file !== undefined && count !== undefined) void this.#file.save({ ...this.#file.value, [file]: count });
  }
}

function countIn({ code, details = {} }: Failure): Record<string, string | undefined> {
  return code === "stored-entries-unreadable" ? details : {};
}
