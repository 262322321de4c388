// A chat of thousands of messages, written straight into the app's database before it starts.
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { openChatDatabase } from "../electron/core/chats/openChatDatabase";
import { dataPaths } from "../electron/core/dataFolder";

export const LONG_CHAT_TITLE = "Five thousand messages";
export const LAST_WORDS = "This is the end of the last message.";

/** Prose, lists, tables and code in turn, as in a chat about programming. */
const ANSWERS = [
  "It depends on what you want to measure. The simplest way is to count, and to say what was counted.\n\nA second way is to sample: take some of them at random, and say how many you took.",
  "There are three parts:\n\n1. **Read** the file, line by line.\n2. **Sort** by both keys.\n3. **Write** the result, with the header first.\n\nEach part can be tested alone.",
  '```python\nimport csv\n\ndef rows(path: str) -> list[dict[str, str]]:\n    with open(path, newline="") as file:\n        return list(csv.DictReader(file))  # all in memory\n```\n\nCall it with the path of the file.',
  "| Way | Time | Memory |\n|---|--:|--:|\n| all at once | 1.2 s | 310 MB |\n| in parts | 1.4 s | 12 MB |\n\nThe second one is worth its `0.2 s`.",
];

export async function seedLongChat(dataFolder: string, messages: number): Promise<void> {
  const file = dataPaths(dataFolder).database;
  await mkdir(path.dirname(file), { recursive: true });
  const startMs = Date.now() - messages * 1_000;
  const opened = openChatDatabase(file);
  if (!opened.ok) throw new Error(`The database could not be made: ${opened.failure.code}`);
  const database = opened.value;
  database.transaction(() => {
    database.run(
      "INSERT INTO chats (id, title, is_renamed, created_at_ms, last_used_at_ms, settings) VALUES (?, ?, 1, ?, ?, ?)",
      "long",
      LONG_CHAT_TITLE,
      startMs,
      startMs + messages * 1_000,
      JSON.stringify({ systemPrompt: "", sampling: {} }),
    );
    for (let index = 0; index < messages; index++) {
      const isAnswer = index % 2 === 1;
      const text = isAnswer
        ? `${ANSWERS[(index >> 1) % ANSWERS.length]}`
        : `Question ${index / 2 + 1}: how would you do that, and why?`;
      database.run(
        "INSERT INTO messages (id, chat_id, parent_id, role, text, created_at_ms, state) VALUES (?, ?, ?, ?, ?, ?, 'complete')",
        `m${index}`,
        "long",
        index === 0 ? null : `m${index - 1}`,
        isAnswer ? "assistant" : "user",
        index === messages - 1 ? `${text}\n\n${LAST_WORDS}` : text,
        startMs + index * 1_000,
      );
    }
    database.run("UPDATE chats SET leaf_id = ? WHERE id = ?", `m${messages - 1}`, "long");
  });
  database.close();
}
