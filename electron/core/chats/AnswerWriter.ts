// An answer that has been started, until it ends: its growing text, its end, and what a dead app left half-written.
import type { AnswerFacts, Message, MessageState } from "../../contract/chat";
import { fail, succeed, type Failure, type Outcome } from "../../contract/failure";
import type { MessageId } from "../../contract/ids";
import type { MessagePart } from "../../contract/parts";
import { storedParts } from "./chatRows";
import type { Database } from "./database";
import type { MessageTree } from "./MessageTree";

/** How an answer ended. */
export interface AnswerEnd {
  state: Exclude<MessageState, "writing">;
  parts: MessagePart[];
  facts: AnswerFacts | null;
  failure: Failure | null;
}

export class AnswerWriter {
  readonly #database: Database;
  readonly #tree: MessageTree;

  constructor(database: Database, tree: MessageTree) {
    this.#database = database;
    this.#tree = tree;
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

  end(answerId: MessageId, { state, parts, facts, failure }: AnswerEnd): Outcome<Message> {
    const stored = storedParts(parts);
    this.#database.run(
      "UPDATE messages SET text = ?, parts = ?, state = ?, facts = ?, failure = ?, request_id = NULL WHERE id = ? AND state = 'writing'",
      stored.text,
      stored.parts,
      state,
      facts === null ? null : JSON.stringify(facts),
      failure === null ? null : JSON.stringify(failure),
      answerId,
    );
    const row = this.#tree.find(answerId);
    return row === undefined ? fail("not-found") : succeed(this.#tree.message(row));
  }

  /** All that are being written. Returns how many there were. */
  interruptAll(): number {
    return this.#database.run("UPDATE messages SET state = 'interrupted', request_id = NULL WHERE state = 'writing'");
  }
}
