// chats.db and what SQLite writes beside it, damaged while nobody had it open; then opened, read and written to. Main.
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { RequestId } from "../../electron/contract/ids";
import { textParts } from "../../electron/contract/parts";
import { ChatStore } from "../../electron/core/chats/ChatStore";
import { openChatDatabase } from "../../electron/core/chats/openChatDatabase";
import { inputPart, MEGABYTE, type FuzzKind, type Verdict } from "../FuzzKind";
import { accepted, judgeFailure, judgeOutcome } from "../judge";
import { mutateBytes } from "../mutate/bytes";

const PARTS = ["chats.db", "chats.db-wal"] as const;

export const chatDatabase: FuzzKind = {
  name: "chat-database",
  count: 4_000,
  readBy: "main",
  memoryLimitBytes: 400 * MEGABYTE,
  async open(folder) {
    const seeds = [
      writeChats(path.join(folder, "seed-a"), 3, true),
      writeChats(path.join(folder, "seed-b"), 12, false),
    ];
    const data = path.join(folder, "data");
    return {
      make(random) {
        const seed = random.of(seeds);
        const which = random.below(3);
        const other = random.of(seeds);
        return Object.fromEntries(
          PARTS.map((name, part) => [
            name,
            which === 2 || which === part ? mutateBytes(seed[name], random, other[name]) : seed[name],
          ]),
        );
      },
      async run(input) {
        rmSync(data, { recursive: true, force: true });
        mkdirSync(data);
        for (const name of PARTS)
          if (inputPart(input, name).length > 0) writeFileSync(path.join(data, name), inputPart(input, name));
        const opened = openChatDatabase(path.join(data, "chats.db"), Date.now);
        if (!opened.ok) return judgeOutcome(opened);
        const store = new ChatStore(opened.value.database, Date.now);
        try {
          const verdict = useChats(store);
          return verdict.kind === "accepted" && opened.value.movedAsideTo !== null
            ? { kind: "refused", code: "database-damaged" }
            : verdict;
        } finally {
          store.close();
        }
      },
    };
  },
};

/** As the window does after a start. The first thing that fails is the answer. */
function useChats(store: ChatStore): Verdict {
  const recovered = store.recover();
  if (!recovered.ok) return judgeFailure(recovered.failure);
  const chats = store.listChats();
  if (!chats.ok) return judgeFailure(chats.failure);
  for (const { id } of chats.value.slice(0, 5)) {
    const chat = store.openChat(id);
    if (!chat.ok) return judgeFailure(chat.failure);
  }
  const created = store.createChat();
  if (!created.ok) return judgeFailure(created.failure);
  const asked = store.addQuestion(created.value.id, "What now?", RequestId.parse("r"));
  if (!asked.ok) return judgeFailure(asked.failure);
  const ended = store.endAnswer(asked.value.answer.id, {
    state: "complete",
    parts: textParts("This."),
    facts: null,
    failure: null,
  });
  return ended.ok ? accepted : judgeFailure(ended.failure);
}

/** `isOpen`: the log still holds the chats, as after a kill. */
function writeChats(folder: string, count: number, isOpen: boolean): Record<(typeof PARTS)[number], Buffer> {
  mkdirSync(folder);
  const file = path.join(folder, "chats.db");
  const opened = openChatDatabase(file, Date.now);
  if (!opened.ok) throw new Error(opened.failure.code);
  const store = new ChatStore(opened.value.database, Date.now);
  for (let index = 0; index < count; index++) {
    const chat = store.createChat();
    if (!chat.ok) throw new Error(chat.failure.code);
    const asked = store.addQuestion(
      chat.value.id,
      `Question ${index} of the sea and its ${"waves ".repeat(40 * index)}`,
      RequestId.parse("r"),
    );
    if (!asked.ok) throw new Error(asked.failure.code);
    store.endAnswer(asked.value.answer.id, {
      state: "complete",
      parts: textParts(`Answer ${index}`),
      facts: null,
      failure: null,
    });
  }
  const copies = path.join(folder, "copies");
  mkdirSync(copies);
  const copy = () => {
    for (const name of PARTS) {
      try {
        copyFileSync(path.join(folder, name), path.join(copies, name));
      } catch {
        writeFileSync(path.join(copies, name), "");
      }
    }
  };
  if (isOpen) copy();
  store.close();
  if (!isOpen) copy();
  return Object.fromEntries(PARTS.map((name) => [name, readFileSync(path.join(copies, name))])) as Record<
    (typeof PARTS)[number],
    Buffer
  >;
}
