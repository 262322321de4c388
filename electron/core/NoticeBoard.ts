// Failures that belong to no single request, kept until the user dismisses them.
import { randomUUID } from "node:crypto";
import type { Failure } from "../contract/failure";
import { detailsOf } from "../contract/failureDetails";
import type { Notice } from "../contract/methods";

export class NoticeBoard {
  #notices: Notice[] = [];
  readonly #onAdded: (notice: Notice) => void;

  constructor(onAdded: (notice: Notice) => void) {
    this.#onAdded = onAdded;
  }

  get notices(): Notice[] {
    return this.#notices;
  }

  add(failure: Failure): void {
    const notice = { id: randomUUID(), failure };
    // The same trouble twice is one notice, the newer one; two files in trouble are two.
    const isSame = (other: Failure) =>
      other.code === failure.code && detailsOf(other)["file"] === detailsOf(failure)["file"];
    this.#notices = [...this.#notices.filter((other) => !isSame(other.failure)), notice];
    this.#onAdded(notice);
  }

  /** Returns what it said; null where there is no such notice. */
  dismiss(id: string): Failure | null {
    const dismissed = this.#notices.find((notice) => notice.id === id)?.failure ?? null;
    this.#notices = this.#notices.filter((notice) => notice.id !== id);
    return dismissed;
  }
}
