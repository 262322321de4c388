// How much a chat database holds.
import { z } from "zod";
import type { Database } from "./database";

/** Without the chats that were deleted and are still there until the next start. */
export const ChatCounts = z.strictObject({ chats: z.number().int(), messages: z.number().int() });
export type ChatCounts = z.infer<typeof ChatCounts>;

export function countChats(database: Database): ChatCounts {
  return ChatCounts.parse(
    database.get(
      `SELECT (SELECT count(*) FROM chats WHERE deleted_at_ms IS NULL) AS chats,
        (SELECT count(*) FROM messages WHERE chat_id IN (SELECT id FROM chats WHERE deleted_at_ms IS NULL)) AS messages`,
    ),
  );
}
