// Which chats use a model or a fine-tune: asked before it is removed. Reads all answers, so for one at a time.
import { z } from "zod";
import type { DeltaId, ModelId } from "../../contract/ids";
import type { ModelUse } from "../../contract/importing";
import type { Database } from "./database";

/** Titles that are shown of the chats. */
const MAX_SHOWN_USES = 3;

export function chatsAnsweredBy(database: Database, modelId: ModelId): ModelUse {
  return toUse(
    database.all(
      `SELECT chats.title, max(messages.created_at_ms) AS atMs FROM messages JOIN chats ON chats.id = messages.chat_id
      WHERE facts ->> 'modelId' = ? AND deleted_at_ms IS NULL GROUP BY chats.id ORDER BY atMs DESC`,
      modelId,
    ),
  );
}

export function chatsUsingDelta(database: Database, deltaId: DeltaId): ModelUse {
  return toUse(
    database.all(
      `SELECT title FROM chats WHERE deleted_at_ms IS NULL AND (
        EXISTS (SELECT 1 FROM json_each(chats.stack) AS entry WHERE entry.value ->> 'deltaId' = ?1)
        OR EXISTS (SELECT 1 FROM messages, json_each(messages.stack) AS entry WHERE messages.chat_id = chats.id AND entry.value ->> 'deltaId' = ?1)
      ) ORDER BY last_used_at_ms DESC`,
      deltaId,
    ),
  );
}

function toUse(rows: readonly unknown[]): ModelUse {
  const chats = z.array(z.object({ title: z.string() })).parse(rows);
  return { chatCount: chats.length, titles: chats.slice(0, MAX_SHOWN_USES).map(({ title }) => title) };
}
