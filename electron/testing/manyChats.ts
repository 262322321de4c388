// A chat database of a real size, for tests and measurements of what becomes of it when it is damaged.
import { connectDatabase } from "../core/chats/database";
import { openChatDatabase } from "../core/chats/openChatDatabase";
import { seededRandom } from "./seededRandom";

const WORDS =
  "the model answers what it was asked and says how sure it is of that before anyone believes a word of it, über naïve 模型 alike".split(
    " ",
  );

/** The last message is committed, and nothing is left in the log. Returns the text of each message by its id. */
export function writeManyChats(file: string, chats: number, messagesPerChat: number): Map<string, string> {
  const opened = openChatDatabase(file);
  if (!opened.ok) throw new Error(opened.failure.code);
  const database = opened.value;
  const random = seededRandom(7);
  const texts = new Map<string, string>();
  database.transaction(() => {
    for (let chat = 0; chat < chats; chat++) {
      database.run(
        "INSERT INTO chats (id, title, is_renamed, created_at_ms, last_used_at_ms, settings) VALUES (?, ?, 1, ?, ?, ?)",
        `chat-${chat}`,
        `Chat number ${chat}`,
        chat * 1_000,
        chat * 1_000,
        JSON.stringify({ systemPrompt: "Be brief.", sampling: {} }),
      );
    }
    // One message of each chat after the other, as a user goes from chat to chat.
    for (let place = 0; place < messagesPerChat; place++) {
      for (let chat = 0; chat < chats; chat++) {
        const id = `message-${chat}-${place}`;
        // Most are short, some are longer than a page.
        const length = random() < 0.1 ? 200 + Math.floor(random() * 1_500) : 5 + Math.floor(random() * 120);
        const text = Array.from({ length }, () => WORDS[Math.floor(random() * WORDS.length)]).join(" ");
        texts.set(id, text);
        database.run(
          "INSERT INTO messages (id, chat_id, parent_id, role, text, created_at_ms, state) VALUES (?, ?, ?, ?, ?, ?, 'complete')",
          id,
          `chat-${chat}`,
          place === 0 ? null : `message-${chat}-${place - 1}`,
          place % 2 === 0 ? "user" : "assistant",
          text,
          place * 1_000,
        );
      }
    }
    for (let chat = 0; chat < chats; chat++)
      database.run(
        "UPDATE chats SET leaf_id = ? WHERE id = ?",
        `message-${chat}-${messagesPerChat - 1}`,
        `chat-${chat}`,
      );
  });
  database.close();
  return texts;
}

/** How many messages of a database are as they were written. */
export function countKept(file: string, texts: ReadonlyMap<string, string>): number {
  const database = connectDatabase(file);
  try {
    let kept = 0;
    for (const entry of database.values("json_array(id, text)", "messages")) {
      const [id, text] = JSON.parse(String(entry)) as [string, string];
      if (texts.get(id) === text) kept++;
    }
    return kept;
  } finally {
    database.close();
  }
}
