// The messages of a chat as a tree: siblings are versions of one message, a branch is what is shown.
import { randomUUID } from "node:crypto";
import type { Message } from "../../contract/chat";
import { fail, succeed, type Outcome } from "../../contract/failure";
import { type ChatId, MessageId } from "../../contract/ids";
import type { OpenChat } from "../../contract/methods";
import type { MessagePart } from "../../contract/parts";
import { type ChatRow, MessageRow, storedParts, toChat, toMessage } from "./chatRows";
import type { ChatTable } from "./ChatTable";
import type { Database } from "./database";
import type { FaultyRows } from "./FaultyRows";
import type { UnsavedAnswers } from "./UnsavedAnswers";

const columns =
  "row, id, chat_id, parent_id, role, text, parts, created_at_ms, state, request_id, failure, facts, stack, comparison_id";

export class MessageTree {
  readonly #database: Database;
  readonly #faulty: FaultyRows;
  readonly #chats: ChatTable;
  readonly #unsaved: UnsavedAnswers;

  constructor(database: Database, faulty: FaultyRows, chats: ChatTable, unsaved: UnsavedAnswers) {
    this.#database = database;
    this.#faulty = faulty;
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
    const siblings = this.#rows("chat_id = ? AND parent_id IS ?", row.chat_id, row.parent_id);
    return this.#toMessage(
      row,
      siblings.map(({ id }) => id),
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
    const branch = branchTo(chat.leaf_id, rows);
    const comparisons = new Set(branch.flatMap((row) => row.comparison_id ?? []));
    const shown = new Set(branch.map(({ id }) => id));
    const compared = rows.filter(
      (row) => row.comparison_id !== null && comparisons.has(row.comparison_id) && !shown.has(row.id),
    );
    const withSiblings = (row: MessageRow) => this.#toMessage(row, siblings.get(row.parent_id) ?? [row.id]);
    return { chat: toChat(chat), messages: branch.map(withSiblings), compared: compared.map(withSiblings) };
  }

  /** Messages whose chat is not there are not seen anywhere. */
  countLost(): void {
    const lost =
      "SELECT row FROM messages WHERE chat_id IS NULL OR chat_id NOT IN (SELECT id FROM chats WHERE id IS NOT NULL)";
    this.#faulty.add("messages", this.#database.all(lost));
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
    return followKnown(this.#rows("chat_id = ?", chatId));
  }

  /** Oldest first. */
  #rows(condition: string, ...values: (string | null)[]): MessageRow[] {
    const rows = this.#database.all(`SELECT ${columns} FROM messages WHERE ${condition} ORDER BY row`, ...values);
    return this.#faulty.sound("messages", MessageRow, rows).map((row) => this.#unsaved.laidOver(row));
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

/** What followed a message that cannot be read follows the one that was written before it, and stays on screen. */
function followKnown(rows: readonly MessageRow[]): MessageRow[] {
  const known = new Set(rows.map(({ id }) => id));
  return rows.map((row, index) =>
    row.parent_id === null || known.has(row.parent_id) ? row : { ...row, parent_id: rows[index - 1]?.id ?? null },
  );
}

/** Where the end of the branch cannot be read, to the newest message. */
function branchTo(leafId: MessageId | null, rows: readonly MessageRow[]): MessageRow[] {
  const byId = new Map(rows.map((row) => [row.id, row]));
  const branch: MessageRow[] = [];
  const leaf = leafId === null ? undefined : byId.get(leafId);
  // Each row is taken once: a damaged tree with a circle in it must not hang the app.
  for (
    let row = leaf ?? rows.at(-1);
    row !== undefined;
    row = row.parent_id === null ? undefined : byId.get(row.parent_id)
  ) {
    byId.delete(row.id);
    branch.push(row);
  }
  return branch.reverse();
}
