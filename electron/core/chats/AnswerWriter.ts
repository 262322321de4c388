// An answer that has been started, until it ends: its growing text, its end, and what a dead app left half-written.
import type { AnswerFacts, MessageState } from "../../contract/chat";
import type { Failure } from "../../contract/failure";
import type { MessageId } from "../../contract/ids";
import type { MessagePart } from "../../contract/parts";
import { storedEnd, storedParts } from "./chatRows";
import type { Database } from "./database";

/** How an answer ended. */
export interface AnswerEnd {
  state: Exclude<MessageState, "writing">;
  parts: MessagePart[];
  facts: AnswerFacts | null;
  failure: Failure | null;
}

export class AnswerWriter {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  writeCheckpoint(answerId: MessageId, parts: readonly MessagePart[]): void {
    const stored = storedParts(parts);
    this.#database.run(
      "UPDATE messages SET text = ?, parts = ? WHERE id = ? AND state = 'writing'",
      stored.text,
      stored.parts,
      answerId,
    );
  }

  /** False: there is no such message. One that has ended already stays as it is. */
  end(answerId: MessageId, end: AnswerEnd): boolean {
    const { text, parts, state, facts, failure } = storedEnd(end);
    const changed = this.#database.run(
      "UPDATE messages SET text = ?, parts = ?, state = ?, facts = ?, failure = ?, request_id = NULL WHERE id = ? AND state = 'writing'",
      text,
      parts,
      state,
      facts,
      failure,
      answerId,
    );
    return changed > 0 || this.#database.get("SELECT 1 FROM messages WHERE id = ?", answerId) !== undefined;
  }

  /** All that are being written. Returns how many there were. */
  interruptAll(): number {
    return this.#database.run("UPDATE messages SET state = 'interrupted', request_id = NULL WHERE state = 'writing'");
  }
}
