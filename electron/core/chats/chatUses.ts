// Which chats use a model or a fine-tune: asked before it is removed. Reads all answers, so for one at a time.
import { z } from "zod";
import type { DeltaId, ModelId } from "../../contract/ids";
import type { ModelUse } from "../../contract/importing";
import type { Database } from "./database";
import type { FaultyRows } from "./FaultyRows";

/** Titles that are shown of the chats. */
const MAX_SHOWN_USES = 3;

export function chatsAnsweredBy(database: Database, faulty: FaultyRows, modelId: ModelId): ModelUse {
  return toUse(
    faulty,
    database.all(
      `SELECT chats.row, chats.title, max(messages.created_at_ms) AS atMs FROM messages JOIN chats ON chats.id = messages.chat_id
      WHERE iif(json_valid(facts), facts ->> 'modelId', NULL) = ? AND deleted_at_ms IS NULL GROUP BY chats.id ORDER BY atMs DESC`,
      modelId,
    ),
  );
}

export function chatsUsingDelta(database: Database, faulty: FaultyRows, deltaId: DeltaId): ModelUse {
  return toUse(
    faulty,
    database.all(
      `SELECT row, title FROM chats WHERE deleted_at_ms IS NULL AND (
        EXISTS (SELECT 1 FROM json_each(${readable("chats.stack")}) AS entry WHERE entry.value ->> 'deltaId' = ?1)
        OR EXISTS (SELECT 1 FROM messages, json_each(${readable("messages.stack")}) AS entry WHERE messages.chat_id = chats.id AND entry.value ->> 'deltaId' = ?1)
      ) ORDER BY last_used_at_ms DESC`,
      deltaId,
    ),
  );
}

/** SQLite throws at what is no JSON. */
function readable(column: string): string {
  return `iif(json_valid(${column}), ${column}, '[]')`;
}

function toUse(faulty: FaultyRows, rows: readonly unknown[]): ModelUse {
  const chats = faulty.sound("chats", z.object({ title: z.string() }), rows);
  return { chatCount: chats.length, titles: chats.slice(0, MAX_SHOWN_USES).map(({ title }) => title) };
}
