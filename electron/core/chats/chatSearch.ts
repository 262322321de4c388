// Finds chats by the words of their titles and messages, through SQLite's full-text indexes. A letter alone may take a second: SearchThread.ts
// has it done in a thread of its own.
import { z } from "zod";
import type { SearchHit } from "../../contract/chat";
import { ChatId, MessageId } from "../../contract/ids";
import type { Database } from "./database";
import type { FaultyRows } from "./FaultyRows";
import { fullTextQuery } from "./searchQuery";
import { snippetOf } from "./snippet";

const MAX_SEARCH_HITS = 50;
/** Of many hits, so many are looked at closely: by how well they match and how recent they are. */
const MAX_RANKED_HITS = 500;
/** Messages, a power of two, after which a search asks whether anybody still waits for it. */
const ASKS_EVERY = 64;
/** A hit that is so much older counts half. */
const RANK_HALVED_AFTER_MS = 30 * 24 * 3_600_000;
/** Tokens of a title around a found word. */
const SNIPPET_TOKENS = 16;

const HitRow = z.object({
  chatId: ChatId,
  messageId: MessageId.nullable(),
  title: z.string(),
  snippet: z.string(),
  atMs: z.number(),
});

export function searchChats(database: Database, faulty: FaultyRows, typed: string, nowMs: number): SearchHit[] {
  const query = fullTextQuery(typed);
  if (query === null) return [];
  // bm25 is below zero, the better the lower; age pulls it towards zero.
  const rank = (atMs: string) => `rank / (1 + max(0, ? - ${atMs}) / ${RANK_HALVED_AFTER_MS}.0)`;
  const titles = database.all(
    `SELECT chats.row, chats.id AS chatId, NULL AS messageId, chats.title, snippet(chats_fts, 0, char(0xE000), char(0xE001), '…', ${SNIPPET_TOKENS}) AS snippet,
      last_used_at_ms AS atMs
    FROM chats_fts JOIN chats ON chats.row = chats_fts.rowid
    WHERE chats_fts MATCH ? AND deleted_at_ms IS NULL ORDER BY last_used_at_ms DESC LIMIT ${MAX_SEARCH_HITS}`,
    query,
  );
  // Not the index's own order by rank, which would rank all hits before the first of them asks whether to go on.
  const messages = database.all(
    `WITH best AS (
        SELECT rowid AS row, rank + 0.0 AS rank FROM messages_fts
        WHERE messages_fts MATCH ? AND (rowid & ${ASKS_EVERY - 1} <> 0 OR facet_goes_on(rowid))
        ORDER BY 2 LIMIT ${MAX_RANKED_HITS}
      ),
      shown AS (
        SELECT best.row, ${rank("messages.created_at_ms")} AS rank
        FROM best JOIN messages ON messages.row = best.row JOIN chats ON chats.id = messages.chat_id
        WHERE chats.deleted_at_ms IS NULL ORDER BY 2 LIMIT ${MAX_SEARCH_HITS}
      )
    SELECT messages.row, messages.chat_id AS chatId, messages.id AS messageId, chats.title, messages.text AS snippet, messages.created_at_ms AS atMs
    FROM shown JOIN messages ON messages.row = shown.row JOIN chats ON chats.id = messages.chat_id
    ORDER BY shown.rank`,
    query,
    nowMs,
  );
  const hits = [...faulty.sound("chats", HitRow, titles), ...faulty.sound("messages", HitRow, messages)];
  return hits
    .slice(0, MAX_SEARCH_HITS)
    .map((hit) => (hit.messageId === null ? hit : { ...hit, snippet: snippetOf(hit.snippet, typed) }));
}
