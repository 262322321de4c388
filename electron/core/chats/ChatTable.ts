// The rows of the chats themselves: what the sidebar lists, with settings, stack and the end of the branch that is shown.
import { randomUUID } from "node:crypto";
import { type Chat, type ChatSummary, MAX_TITLE_CHARACTERS } from "../../contract/chat";
import { UNTITLED } from "../../contract/untitled";
import type { NamedStack } from "../../contract/deltas";
import { fail, succeed, type Outcome } from "../../contract/failure";
import { ChatId, type MessageId } from "../../contract/ids";
import { type ChatSettings, defaultChatSettings } from "../../contract/sampling";
import { ChatRow, toChat, toSummary } from "./chatRows";
import type { Database } from "./database";
import type { FaultyRows } from "./FaultyRows";

/** What a chat has before its first message. */
export interface NewChat {
  settings: ChatSettings;
  stack: NamedStack;
}
const newChat: NewChat = { settings: defaultChatSettings, stack: [] };

const columns = "row, id, title, is_renamed, created_at_ms, last_used_at_ms, leaf_id, settings, stack";

/** Deleted chats are not found, except by `restore`. */
export class ChatTable {
  readonly #database: Database;
  readonly #faulty: FaultyRows;
  readonly #now: () => number;

  constructor(database: Database, faulty: FaultyRows, now: () => number) {
    this.#database = database;
    this.#faulty = faulty;
    this.#now = now;
  }

  list(): ChatSummary[] {
    const rows = this.#database.all(
      `SELECT ${columns} FROM chats WHERE deleted_at_ms IS NULL ORDER BY last_used_at_ms DESC, row DESC`,
    );
    return this.#faulty.sound("chats", ChatRow, rows).map(toSummary);
  }

  with<Value>(id: ChatId, work: (chat: ChatRow) => Outcome<Value>): Outcome<Value> {
    const [row] = this.#faulty.sound("chats", ChatRow, this.#rows(id));
    return row === undefined ? fail("not-found") : work(row);
  }

  chat(id: ChatId): Outcome<Chat> {
    return this.with(id, (row) => succeed(toChat(row)));
  }

  /** Of a chat that is known to be there. */
  summary(id: ChatId): ChatSummary {
    return toSummary(ChatRow.parse(this.#rows(id)[0]));
  }

  add({ settings, stack }: NewChat = newChat): ChatRow {
    const now = this.#now();
    const row: ChatRow = {
      id: ChatId.parse(randomUUID()),
      title: UNTITLED,
      is_renamed: 0,
      created_at_ms: now,
      last_used_at_ms: now,
      leaf_id: null,
      settings: JSON.stringify(settings),
      stack: JSON.stringify(stack),
    };
    this.#database.run(
      "INSERT INTO chats (id, title, created_at_ms, last_used_at_ms, settings, stack) VALUES (?, ?, ?, ?, ?, ?)",
      row.id,
      row.title,
      row.created_at_ms,
      row.last_used_at_ms,
      row.settings,
      row.stack,
    );
    return row;
  }

  /** By the user: the title stays from now on. */
  rename(id: ChatId, title: string): Outcome<ChatSummary> {
    const kept = title.trim().slice(0, MAX_TITLE_CHARACTERS) || UNTITLED;
    this.#database.run("UPDATE chats SET title = ?, is_renamed = 1 WHERE id = ? AND deleted_at_ms IS NULL", kept, id);
    return this.with(id, (row) => succeed(toSummary(row)));
  }

  saveSettings(id: ChatId, settings: ChatSettings): Outcome<Chat> {
    this.#database.run(
      "UPDATE chats SET settings = ? WHERE id = ? AND deleted_at_ms IS NULL",
      JSON.stringify(settings),
      id,
    );
    return this.chat(id);
  }

  setStack(id: ChatId, stack: NamedStack): Outcome<Chat> {
    this.#database.run("UPDATE chats SET stack = ? WHERE id = ? AND deleted_at_ms IS NULL", JSON.stringify(stack), id);
    return this.chat(id);
  }

  setTitle(id: ChatId, title: string): void {
    this.#database.run("UPDATE chats SET title = ? WHERE id = ?", title, id);
  }

  /** The branch that ends with this message is shown. */
  setLeaf(id: ChatId, leafId: MessageId | null): void {
    this.#database.run("UPDATE chats SET leaf_id = ? WHERE id = ?", leafId, id);
  }

  /** As setLeaf, and the chat has been used now. */
  setLastUsed(id: ChatId, leafId: MessageId, atMs: number): void {
    this.#database.run("UPDATE chats SET leaf_id = ?, last_used_at_ms = ? WHERE id = ?", leafId, atMs, id);
  }

  delete(id: ChatId): Outcome<undefined> {
    const changed = this.#database.run(
      "UPDATE chats SET deleted_at_ms = ? WHERE id = ? AND deleted_at_ms IS NULL",
      this.#now(),
      id,
    );
    return changed === 0 ? fail("not-found") : succeed(undefined);
  }

  restore(id: ChatId): Outcome<ChatSummary> {
    this.#database.run("UPDATE chats SET deleted_at_ms = NULL WHERE id = ?", id);
    return this.with(id, (row) => succeed(toSummary(row)));
  }

  /** For good, with their messages. */
  removeDeleted(): void {
    const deleted = "SELECT id FROM chats WHERE deleted_at_ms IS NOT NULL";
    const theirs = `SELECT id FROM messages WHERE chat_id IN (${deleted})`;
    this.#database.run(`UPDATE chats SET leaf_id = NULL WHERE id IN (${deleted}) OR leaf_id IN (${theirs})`);
    // Only damage makes a message follow one of another chat; nothing that is kept may lead to what goes.
    this.#database.run(
      `UPDATE messages SET parent_id = NULL WHERE parent_id IN (${theirs}) AND chat_id NOT IN (${deleted})`,
    );
    this.#database.run(`DELETE FROM messages WHERE chat_id IN (${deleted})`);
    this.#database.run("DELETE FROM chats WHERE deleted_at_ms IS NOT NULL");
  }

  #rows(id: ChatId): unknown[] {
    return this.#database.all(`SELECT ${columns} FROM chats WHERE id = ? AND deleted_at_ms IS NULL`, id);
  }
}
