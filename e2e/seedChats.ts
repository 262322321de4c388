// Writes chats into the database of a data folder before the app starts, through the app's own chat store.
import { randomUUID } from "node:crypto";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import type { Outcome } from "../electron/contract/failure";
import { RequestId } from "../electron/contract/ids";
import { type MessagePart, textParts } from "../electron/contract/parts";
import type { ChatSettings } from "../electron/contract/sampling";
import { ChatStore } from "../electron/core/chats/ChatStore";
import { openChatDatabase } from "../electron/core/chats/openChatDatabase";
import { dataPaths } from "../electron/core/dataFolder";

export type SeedMessage =
  | { role: "user" | "assistant"; text: string }
  | { role: "assistant"; parts: readonly MessagePart[] };

export interface SeedChat {
  title: string;
  /** The user and the model in turn, the user first. */
  messages: readonly SeedMessage[];
  settings?: ChatSettings;
}

/** The last chat of the list is the one used last. */
export async function seedChats(dataFolder: string, chats: readonly SeedChat[]): Promise<void> {
  const file = dataPaths(dataFolder).database;
  await mkdir(path.dirname(file), { recursive: true });
  // A second apart, and all in the past, so that the order is certain.
  let nowMs = Date.now() - 1_000 * (chats.length + 1);
  const now = () => nowMs;
  const database = valueOf(openChatDatabase(file));
  const store = new ChatStore(database, now);
  for (const { title, messages, settings } of chats) {
    nowMs += 1_000;
    const chat = valueOf(store.createChat());
    for (const [index, message] of messages.entries()) {
      if (message.role === "assistant") continue;
      const { answer } = valueOf(store.addQuestion(chat.id, message.text, RequestId.parse(randomUUID())));
      valueOf(
        store.endAnswer(answer.id, {
          state: "complete",
          parts: answerParts(messages[index + 1]),
          facts: null,
          failure: null,
        }),
      );
    }
    if (settings) valueOf(store.saveSettings(chat.id, settings));
    valueOf(store.renameChat(chat.id, title));
  }
  store.close();
}

function answerParts(reply: SeedMessage | undefined): MessagePart[] {
  if (reply?.role !== "assistant") return [];
  return "parts" in reply ? [...reply.parts] : textParts(reply.text);
}

function valueOf<Value>(outcome: Outcome<Value>): Value {
  if (!outcome.ok) throw new Error(`Seeding failed: ${outcome.failure.code} ${outcome.failure.cause ?? ""}`);
  return outcome.value;
}
