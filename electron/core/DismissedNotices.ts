// The notices about stored entries and chats that could not be read that the user has dismissed: each comes back when the count in its file
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
    if (file === undefined || count === undefined) return false;
    const dismissed = this.#file.value[file];
    // Of chats, more are found while they are opened.
    return notice.code === "chat-rows-unreadable" ? Number(count) <= Number(dismissed) : dismissed === count;
  }

  /** Other notices come as often as their cause. */
  add(notice: Failure): void {
    const { file, count } = countIn(notice);
    if (file !== undefined && count !== undefined) void this.#file.save({ ...this.#file.value, [file]: count });
  }
}

function countIn(notice: Failure): { readonly file?: string | undefined; readonly count?: string | undefined } {
  if (notice.code === "stored-entries-unreadable") return notice.details ?? {};
  if (notice.code !== "chat-rows-unreadable") return {};
  const { file, chats, messages } = notice.details ?? {};
  return { file, count: String(Number(chats) + Number(messages)) };
}
