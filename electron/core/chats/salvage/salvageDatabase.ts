// Takes all that can be read out of a damaged database into a new one. Knows nothing of SQLite's own ways to read it: those refuse. Takes
// its time, so it runs in a worker thread (core/worker).
import type { ChatCounts } from "../chatCounts";
import { connectDatabase, type Database } from "../database";
import { migrate } from "../migrate";
import { DatabaseFile } from "./DatabaseFile";
import { joinRows, type MessageLinks } from "./joinRows";
import { chatOf, messageOf, type FoundChat } from "./knownRows";
import { RowReader, type RowPlace } from "./RowReader";

/** As much of a first message as a title is made of. */
const OPENING_CHARACTERS = 1_000;

/** Reads `damaged` with the log beside it, and fills `target`, which is empty or not there. Throws the file system's errors and SQLite's. */
export function salvageDatabase(damaged: string, target: string): ChatCounts {
  const file = new DatabaseFile(damaged);
  const database = connectDatabase(target);
  try {
    // One file at the end, without a log beside it.
    database.execute("PRAGMA journal_mode = DELETE; PRAGMA secure_delete = ON");
    migrate(database, 0);
    return database.transaction(() => fill(database, new RowReader(file)));
  } finally {
    file.close();
    database.close();
  }
}

interface Found extends MessageLinks {
  place: RowPlace;
}

function fill(database: Database, reader: RowReader): ChatCounts {
  const found = find(reader);
  const chats = joinRows(found.chats, found.messages);
  for (const chat of chats) addChat(database, chat);
  let messages = 0;
  for (const links of found.messages) if (addMessage(database, reader, links)) messages++;
  // A disk that gives a page once and not again.
  if (messages < found.messages.length)
    database.run("UPDATE messages SET parent_id = NULL WHERE parent_id NOT IN (SELECT id FROM messages)");
  // Each chat shows a message that is there only now.
  for (const { id, leaf_id } of chats)
    database.run("UPDATE chats SET leaf_id = (SELECT id FROM messages WHERE id = ?) WHERE id = ?", leaf_id, id);
  return { chats: chats.filter(({ deleted_at_ms }) => deleted_at_ms === null).length, messages };
}

function find(reader: RowReader): { chats: FoundChat[]; messages: Found[] } {
  const chats = new Map<string, FoundChat>();
  const messages = new Map<string, Found>();
  for (const row of reader.rows()) {
    const message = messageOf(row);
    if (message !== null) {
      const { row: number, id, chat_id, parent_id, created_at_ms, role, text } = message;
      const opening = role === "user" ? text.slice(0, OPENING_CHARACTERS) : null;
      const links = { row: number, id, chat_id, parent_id, created_at_ms, opening, place: row.place };
      // A page that damage leads to twice has the same rows twice.
      messages.set(`${number} ${id}`, messages.get(`${number} ${id}`) ?? links);
      continue;
    }
    const chat = chatOf(row);
    if (chat !== null) chats.set(`${chat.row} ${chat.id}`, chats.get(`${chat.row} ${chat.id}`) ?? chat);
  }
  return { chats: [...chats.values()], messages: [...messages.values()] };
}

function addChat(database: Database, chat: FoundChat): void {
  database.run(
    `INSERT INTO chats (row, id, title, is_renamed, created_at_ms, last_used_at_ms, settings, deleted_at_ms, stack)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    chat.row,
    chat.id,
    chat.title,
    chat.is_renamed,
    chat.created_at_ms,
    chat.last_used_at_ms,
    chat.settings,
    chat.deleted_at_ms,
    chat.stack,
  );
}

function addMessage(database: Database, reader: RowReader, { place, row, id, chat_id, parent_id }: Found): boolean {
  const stored = reader.rowAt(place);
  const message = stored === null ? null : messageOf(stored);
  if (message === null) return false;
  database.run(
    `INSERT INTO messages (row, id, chat_id, parent_id, role, text, created_at_ms, state, failure, facts, stack, comparison_id, parts)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    row,
    id,
    chat_id,
    parent_id,
    message.role,
    message.text,
    message.created_at_ms,
    message.state,
    message.failure,
    message.facts,
    message.stack,
    message.comparison_id,
    message.parts,
  );
  return true;
}
