// Answers that have ended and that the disk has not taken yet: their words are here only, and lie over what the database knows of them.
import { fail, succeed, type Failure, type Outcome } from "../../contract/failure";
import type { MessageId } from "../../contract/ids";
import type { AnswerEnd, AnswerWriter } from "./AnswerWriter";
import { type MessageRow, storedEnd } from "./chatRows";

export class UnsavedAnswers {
  readonly #ends = new Map<MessageId, AnswerEnd>();

  get ids(): readonly MessageId[] {
    return [...this.#ends.keys()];
  }

  keep(id: MessageId, end: AnswerEnd): void {
    this.#ends.set(id, end);
  }

  has(id: MessageId): boolean {
    return this.#ends.has(id);
  }

  /** As it is, whatever the disk knows. */
  laidOver(row: MessageRow): MessageRow {
    const end = this.#ends.get(row.id);
    return end === undefined ? row : { ...row, ...storedEnd(end), request_id: null };
  }

  /** Tries each of them once more: one that is too long for the disk holds up no other. Returns those that are saved now. */
  save(writer: AnswerWriter, attempt: <Value>(work: () => Outcome<Value>) => Outcome<Value>): SavedAnswers {
    const saved: MessageId[] = [];
    let failure: Failure | null = null;
    for (const [id, end] of this.#ends) {
      const outcome = attempt(() => (writer.end(id, end) ? succeed(undefined) : fail("not-found")));
      // One that is not there any more went with its chat.
      if (!outcome.ok && outcome.failure.code !== "not-found") {
        failure ??= outcome.failure;
        continue;
      }
      this.#ends.delete(id);
      if (outcome.ok) saved.push(id);
    }
    return { saved, failure };
  }
}

export interface SavedAnswers {
  saved: MessageId[];
  /** Why others are still not saved; null = all are. */
  failure: Failure | null;
}
