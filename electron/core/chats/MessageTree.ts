// The messages of a chat as a tree: siblings are versions of one message, a branch is what is shown.
import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { Message } from "../../contract/chat";
import { fail, succeed, type Outcome } from "../../contract/failure";
import { type ChatId, MessageId } from "../../contract/ids";
import type { OpenChat } from "../../contract/methods";
import type { MessagePart } from "../../contract/parts";
import { type ChatRow, MessageRow, storedParts, toChat, toMessage } from "./chatRows";
import type { ChatTable } from "./ChatTable";
import type { Database } from "./database";
import type { UnsavedAnswers } from "./UnsavedAnswers";

const columns =
  "id, chat_id, parent_id, role, text, parts, created_at_ms, state, request_id, failure, facts, stack, comparison_id";

export class MessageTree {
  readonly #database: Database;
  readonly #chats: ChatTable;
  readonly #unsaved: UnsavedAnswers;

  constructor(database: Database, chats: ChatTable, unsaved: UnsavedAnswers) {
    this.#database = database;
    this.#chats = chats;
    this.#unsaved = unsaved;
  }

  /** A message and its chat. */
  with<Value>(id: MessageId, work: (message: MessageRow, chat: ChatRow) => Outcome<Value>): Outcome<Value> {
    const message = this.find(id);
    return message === undefined ? fail("not-found") : this.#chats.with(message.chat_id, (chat) => work(message, chat));
  }

  find(id: MessageId): MessageRow | undefined {
    return this.#rows("id = ?", id)[0];
  }

  /** Whether an answer is being written anywhere in the chat, also beside the branch that is shown. */
  isWriting(chatId: ChatId): boolean {
    return this.#rows("state = 'writing' AND chat_id = ?", chatId).some(({ state }) => state === "writing");
  }

  /** From the first message down to `leafId`. */
  branch(chatId: ChatId, leafId: MessageId): MessageRow[] {
    return branchTo(leafId, this.#rowsOf(chatId));
  }

  add(row: MessageRow): void {
    this.#database.run(
      `INSERT INTO messages (id, chat_id, parent_id, role, text, parts, created_at_ms, state, request_id, stack, comparison_id)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      row.id,
      row.chat_id,
      row.parent_id,
      row.role,
      row.text,
      row.parts,
      row.created_at_ms,
      row.state,
      row.request_id,
      row.stack,
      row.comparison_id,
    );
  }

  /** With the siblings that it has now. */
  message(row: MessageRow): Message {
    const siblings = this.#database.all(
      "SELECT id FROM messages WHERE chat_id = ? AND parent_id IS ? ORDER BY row",
      row.chat_id,
      row.parent_id,
    );
    return this.#toMessage(
      row,
      z
        .array(z.object({ id: MessageId }))
        .parse(siblings)
        .map(({ id }) => id),
    );
  }

  shownBranch(chat: ChatRow): OpenChat {
    const rows = this.#rowsOf(chat.id);
    const siblings = new Map<MessageId | null, MessageId[]>();
    for (const row of rows) {
      const ids = siblings.get(row.parent_id);
      if (ids) ids.push(row.id);
      else siblings.set(row.parent_id, [row.id]);
    }
    const branch = chat.leaf_id === null ? [] : branchTo(chat.leaf_id, rows);
    const comparisons = new Set(branch.flatMap((row) => row.comparison_id ?? []));
    const shown = new Set(branch.map(({ id }) => id));
    const compared = rows.filter(
      (row) => row.comparison_id !== null && comparisons.has(row.comparison_id) && !shown.has(row.id),
    );
    const withSiblings = (row: MessageRow) => this.#toMessage(row, siblings.get(row.parent_id) ?? [row.id]);
    return { chat: toChat(chat), messages: branch.map(withSiblings), compared: compared.map(withSiblings) };
  }

  showSibling(id: MessageId): Outcome<OpenChat> {
    return this.with(id, (message, chat) => {
      const newestChildOf = new Map<MessageId, MessageId>();
      for (const row of this.#rowsOf(chat.id)) {
        if (row.parent_id !== null) newestChildOf.set(row.parent_id, row.id);
      }
      let leaf = message.id;
      // Each link is followed once: a damaged tree with a circle in it must not hang the app.
      for (let next = newestChildOf.get(leaf); next !== undefined; next = newestChildOf.get(leaf)) {
        newestChildOf.delete(leaf);
        leaf = next;
      }
      this.#chats.setLeaf(chat.id, leaf);
      return succeed(this.shownBranch({ ...chat, leaf_id: leaf }));
    });
  }

  #toMessage(row: MessageRow, siblingIds: MessageId[]): Message {
    return toMessage(row, siblingIds, this.#unsaved.has(row.id));
  }

  #rowsOf(chatId: ChatId): MessageRow[] {
    return this.#rows("chat_id = ?", chatId);
  }

  /** Oldest first. */
  #rows(condition: string, value: string): MessageRow[] {
    return z
      .array(MessageRow)
      .parse(this.#database.all(`SELECT ${columns} FROM messages WHERE ${condition} ORDER BY row`, value))
      .map((row) => this.#unsaved.laidOver(row));
  }
}

export function newMessage(
  chatId: ChatId,
  parentId: MessageId | null,
  role: "user" | "assistant",
  parts: readonly MessagePart[],
  now: number,
): MessageRow {
  return {
    id: MessageId.parse(randomUUID()),
    chat_id: chatId,
    parent_id: parentId,
    role,
    ...storedParts(parts),
    created_at_ms: now,
    state: "complete",
    request_id: null,
    failure: null,
    facts: null,
    stack: "[]",
    comparison_id: null,
  };
}

function branchTo(leafId: MessageId, rows: readonly MessageRow[]): MessageRow[] {
  const byId = new Map(rows.map((row) => [row.id, row]));
  const branch: MessageRow[] = [];
  // Each row is taken once: a damaged tree with a circle in it must not hang the app.
  for (
    let row = byId.get(leafId);
    row !== undefined;
    row = row.parent_id === null ? undefined : byId.get(row.parent_id)
  ) {
    byId.delete(row.id);
    branch.push(row);
  }
  return branch.reverse();
}
