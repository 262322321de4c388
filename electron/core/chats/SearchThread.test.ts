// The real thread on real files: what it finds, what it costs the thread that asks, and what becomes of searches that nobody waits for.
import { mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { Outcome } from "../../contract/failure";
import { textParts } from "../../contract/parts";
import { RequestId } from "../../contract/ids";
import { SearchThread } from "./SearchThread";
import { ChatStore } from "./ChatStore";
import { FaultyRows } from "./FaultyRows";
import { searchChats } from "./chatSearch";
import { connectDatabase, type Database } from "./database";
import { openChatDatabase } from "./openChatDatabase";

let folder: string;
let database: Database;
let store: ChatStore;
let search: SearchThread;

const file = () => path.join(folder, "chats.db");

function value<Value>(outcome: Outcome<Value>): Value {
  if (!outcome.ok) throw new Error(outcome.failure.code);
  return outcome.value;
}

function open(at: string): void {
  database = value(openChatDatabase(at));
  store = new ChatStore(database, Date.now);
}

function exchange(question: string, answer: string): void {
  const chat = value(store.createChat());
  const { id } = value(store.addQuestion(chat.id, question, RequestId.parse("r"))).answer;
  value(store.endAnswer(id, { state: "complete", parts: textParts(answer), facts: null, failure: null }));
}

/** So many messages with a word that begins with "q". */
function addMany(count: number): void {
  const chat = value(store.createChat());
  database.transaction(() => {
    for (let index = 0; index < count; index++)
      database.run(
        "INSERT INTO messages (id, chat_id, role, text, created_at_ms, state) VALUES (?, ?, 'user', ?, ?, 'complete')",
        `m${index}`,
        chat.id,
        `Message ${index} says quietly what quantizing q${index} means, word after word, to whoever reads it again`,
        index,
      );
  });
}

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "facet-search-"));
  open(file());
  search = new SearchThread({
    file: file(),
    script: fileURLToPath(new URL("./searchWorker.ts", import.meta.url)),
    execArgv: ["--import", "tsx"],
    // Nothing goes wrong unheard.
    log: (_level, event, facts) => {
      throw new Error(`${event} ${JSON.stringify(facts)}`);
    },
  });
});
afterEach(async () => {
  await search.release();
  store.close();
  rmSync(folder, { recursive: true });
});

const found = async (query: string) => value(await search.search(query)).map(({ snippet }) => snippet);

it("finds what was said a moment ago, before it has left the log", async () => {
  exchange("Where do herons sleep?", "In trees.");
  expect(await found("heron")).toEqual(["Where do \uE000herons\uE001 sleep?", "Where do \uE000herons\uE001 sleep?"]);
  exchange("And storks?", "Herons are no storks.");
  expect(await found("herons are")).toEqual(["\uE000Herons\uE001 \uE000are\uE001 no storks."]);
  expect(await found("***")).toEqual([]);
});

it("finds at most fifty of 50,000 messages by one letter, while the thread that asks is free", async () => {
  addMany(50_000);
  await found("quietly");
  const before = process.threadCpuUsage();
  const hits = await search.search("q");
  const { user, system } = process.threadCpuUsage(before);
  expect(value(hits)).toHaveLength(50);
  // Processor time of this thread alone, in microseconds: a busy machine adds nothing to it.
  console.log(`  50,000 messages, one letter: ${Math.round((user + system) / 100) / 10} ms of the thread that asks`);
  expect(user + system).toBeLessThan(50_000);
}, 60_000);

it("is broken off by a newer one, which is answered; so are 299 of 300", async () => {
  addMany(20_000);
  const outcomes = await Promise.all(Array.from({ length: 300 }, (_, index) => search.search(`q${index}`)));
  expect(outcomes.slice(0, -1).every((one) => !one.ok && one.failure.code === "request-cancelled")).toBe(true);
  expect(value(outcomes.at(-1)!)).toHaveLength(11);
}, 60_000);

it("asks while it searches whether anybody still waits, and ends in the middle of the hits where nobody does", () => {
  addMany(2_000);
  let asked = 0;
  const reader = connectDatabase(file(), { readOnly: true, goesOn: () => ++asked < 5 });
  expect(() => searchChats(reader, new FaultyRows(), "q", Date.now())).toThrow();
  expect(asked).toBe(5);
  reader.close();
});

it("reads the file that is there now, where it was replaced", async () => {
  exchange("Where do herons sleep?", "In trees.");
  expect(await found("heron")).toHaveLength(2);
  await search.release();
  store.close();
  renameSync(file(), path.join(folder, "former.db"));
  open(file());
  expect(await found("heron")).toEqual([]);
  exchange("Where do owls sleep?", "In trees.");
  expect(await found("owls")).toHaveLength(2);
});

it("finds nothing where there are no chats, and says what is wrong with a file that cannot be read", async () => {
  const log = () => undefined;
  const script = fileURLToPath(new URL("./searchWorker.ts", import.meta.url));
  const execArgv = ["--import", "tsx"];
  for (const none of [null, path.join(folder, "none.db")])
    expect(await new SearchThread({ file: none, script, execArgv, log }).search("heron")).toEqual({
      ok: true,
      value: [],
    });
  const broken = new SearchThread({ file: script, script, execArgv, log });
  expect(await broken.search("heron")).toMatchObject({ ok: false, failure: { code: "database-damaged" } });
  const ended = new SearchThread({ file: file(), script: path.join(folder, "none.mjs"), log });
  expect(await ended.search("heron")).toMatchObject({ ok: false, failure: { code: "internal" } });
});
