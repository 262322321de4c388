// What happens to the chat database when files are older or newer, killed in mid-write, or the disk is full; damaged ones: openChats.test.ts.
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Outcome } from "../../contract/failure";
import { ChatId, RequestId } from "../../contract/ids";
import { textOf, textParts } from "../../contract/parts";
import { searchChats } from "./chatSearch";
import { ChatStore } from "./ChatStore";
import { connectDatabase } from "./database";
import { migration0001 } from "./migrations/migration0001";
import { migration0002 } from "./migrations/migration0002";
import { openChatDatabase } from "./openChatDatabase";

let folder: string;
const file = () => path.join(folder, "chats.db");
const now = () => 1_700_000_000_000;
const open = () => openChatDatabase(file());

function value<Value>(outcome: Outcome<Value>): Value {
  if (!outcome.ok) throw new Error(`${outcome.failure.code} ${outcome.failure.cause ?? ""}`);
  return outcome.value;
}

/** Closes in order after writing some chats; returns how many. */
function fill(chats = 40): number {
  const database = value(open());
  const store = new ChatStore(database, Date.now);
  for (let index = 0; index < chats; index++) {
    const chat = value(store.createChat());
    value(store.addQuestion(chat.id, `Question ${index} ${"and more words ".repeat(60)}`, RequestId.parse("r")));
  }
  store.close();
  return chats;
}

function countChats(): number {
  const database = value(open());
  const store = new ChatStore(database, Date.now);
  const count = value(store.listChats()).length;
  store.close();
  return count;
}

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "facet-database-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("a database of an older version", () => {
  it("keeps its chats and answers, which the base alone has made", () => {
    const old = connectDatabase(file());
    old.execute(migration0001);
    old.execute(`PRAGMA user_version = 1;
      BEGIN;
      INSERT INTO chats (id, title, created_at_ms, last_used_at_ms, leaf_id, settings) VALUES ('c', 'Old', 1, 2, 'a', '{"systemPrompt":"","sampling":{}}');
      INSERT INTO messages (id, chat_id, parent_id, role, text, created_at_ms, state) VALUES ('q', 'c', NULL, 'user', 'What was?', 1, 'complete');
      INSERT INTO messages (id, chat_id, parent_id, role, text, created_at_ms, state, facts) VALUES ('a', 'c', 'q', 'assistant', 'This.', 2, 'complete',
        '{"modelId":"m","modelName":"Model","promptTokens":5,"cachedTokens":0,"answerTokens":2,"timeToFirstTokenMs":9,"prefillTokensPerSecond":1,"decodeTokensPerSecond":1,"contextUsedTokens":7,"contextSizeTokens":512,"endReason":"end","firstSeenMessageId":null}');
      COMMIT;`);
    old.close();

    const database = value(open());
    const store = new ChatStore(database, now);
    expect(database.get("PRAGMA user_version")).toEqual({ user_version: 3 });
    const { chat, messages, compared } = value(store.openChat(ChatId.parse("c")));
    expect(chat).toMatchObject({ title: "Old", stack: [] });
    expect(messages).toMatchObject([
      { parts: textParts("What was?"), stack: [], comparisonId: null },
      {
        parts: textParts("This."),
        stack: [],
        comparisonId: null,
        facts: { answerTokens: 2, deltaLoadMs: null, deltaSwitchMs: null },
      },
    ]);
    expect(compared).toEqual([]);
    expect(searchChats(database, store.faultyRows, "what", now())).toHaveLength(1);
    expect(value(store.addQuestion(chat.id, "And now?", RequestId.parse("r"))).turns).toHaveLength(3);
    store.close();
  });

  it("keeps fine-tunes and comparisons, and shows the thoughts of its answers as such", () => {
    const stack = '[{"deltaId":"d1","name":"Pirate","hue":3,"kind":"lora","scale":0.5}]';
    const old = connectDatabase(file());
    old.execute(migration0001);
    old.execute(migration0002);
    old.execute(`PRAGMA user_version = 2;
      BEGIN;
      INSERT INTO chats (id, title, created_at_ms, last_used_at_ms, leaf_id, settings, stack) VALUES ('c', 'Old', 1, 2, 'a', '{"systemPrompt":"Be brief.","sampling":{"topK":3},"seed":7}', '${stack}');
      INSERT INTO messages (id, chat_id, parent_id, role, text, created_at_ms, state) VALUES ('q', 'c', NULL, 'user', '<think> is a tag?', 1, 'complete');
      INSERT INTO messages (id, chat_id, parent_id, role, text, created_at_ms, state, comparison_id) VALUES ('a', 'c', 'q', 'assistant', '<think>A tag.</think>
It is.', 2, 'complete', 'x');
      INSERT INTO messages (id, chat_id, parent_id, role, text, created_at_ms, state, comparison_id, stack) VALUES ('b', 'c', 'q', 'assistant', 'Aye.', 3, 'stopped', 'x', '${stack}');
      COMMIT;`);
    const kept =
      "SELECT row, id, chat_id, parent_id, role, text, created_at_ms, state, request_id, failure, facts, stack, comparison_id FROM messages ORDER BY row";
    const rows = old.all(kept);
    old.close();

    const database = value(open());
    const store = new ChatStore(database, now);
    expect(database.get("PRAGMA user_version")).toEqual({ user_version: 3 });
    expect(database.all(kept)).toEqual(rows);
    const { chat, messages, compared } = value(store.openChat(ChatId.parse("c")));
    expect(chat).toMatchObject({
      title: "Old",
      stack: JSON.parse(stack),
      settings: { systemPrompt: "Be brief.", sampling: { topK: 3 }, seed: 7 },
    });
    expect(messages).toMatchObject([
      { id: "q", parts: textParts("<think> is a tag?") },
      {
        id: "a",
        parts: [{ kind: "thought", text: "A tag.", durationMs: null }, ...textParts("It is.")],
        comparisonId: "x",
      },
    ]);
    expect(compared).toMatchObject([
      { id: "b", parts: textParts("Aye."), state: "stopped", stack: JSON.parse(stack), comparisonId: "x" },
    ]);
    expect(searchChats(database, store.faultyRows, "tag", now())).toHaveLength(2);
    store.close();
  });
});

describe("a sound database", () => {
  it("is made with the settings that keep it sound", () => {
    const database = value(open());
    expect(database.get("PRAGMA journal_mode")).toEqual({ journal_mode: "wal" });
    expect(database.get("PRAGMA synchronous")).toEqual({ synchronous: 2 });
    expect(database.get("PRAGMA foreign_keys")).toEqual({ foreign_keys: 1 });
    expect(database.get("PRAGMA secure_delete")).toEqual({ secure_delete: 1 });
    expect(database.get("PRAGMA user_version")).toEqual({ user_version: 3 });
    database.close();
    expect(readdirSync(folder)).toContain("chats.db-clean");
  });

  it("stays where it is however often it is opened", () => {
    const chats = fill();
    expect(countChats()).toBe(chats);
    expect(countChats()).toBe(chats);
    expect(readdirSync(folder).filter((name) => name.includes("damaged"))).toEqual([]);
  });
});

describe("a database that cannot be used", () => {
  it("is left alone when a newer Facet wrote it", () => {
    fill();
    const connection = connectDatabase(file());
    connection.execute("PRAGMA user_version = 999");
    connection.close();
    const before = readFileSync(file());
    expect(open()).toMatchObject({ ok: false, failure: { code: "database-newer" } });
    expect(readFileSync(file()).equals(before)).toBe(true);
  });

  it("is a sentence when its folder is not there, or it is a folder", () => {
    expect(openChatDatabase(path.join(folder, "gone", "chats.db"))).toMatchObject({
      ok: false,
      failure: { code: "data-folder-unusable" },
    });
    mkdirSync(file());
    expect(open()).toMatchObject({ ok: false, failure: { code: "data-folder-unusable" } });
  });
});

describe("kill -9", () => {
  it("in mid-transaction leaves each finished transaction and no half of another", async () => {
    value(open()).close();
    const sqlite = createRequire(import.meta.url).resolve("@photostructure/sqlite");
    const script = `
      const { DatabaseSync } = require(${JSON.stringify(sqlite)});
      const database = new DatabaseSync(${JSON.stringify(file())});
      database.exec("PRAGMA synchronous = FULL");
      const add = database.prepare("INSERT INTO chats (id, title, created_at_ms, last_used_at_ms, settings) VALUES (?, ?, 1, 1, '{}')");
      for (let pair = 0; ; pair++) {
        database.exec("BEGIN IMMEDIATE");
        add.run("a" + pair, "x".repeat(2000));
        add.run("b" + pair, "x".repeat(2000));
        if (pair === 30) { process.stdout.write("now"); const end = Date.now() + 60000; while (Date.now() < end); }
        database.exec("COMMIT");
      }`;
    const child = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
    await new Promise((resolve) => child.stdout.once("data", resolve));
    child.kill("SIGKILL");
    await new Promise((resolve) => child.once("exit", resolve));

    const database = value(open());
    expect(database.get("SELECT count(*) AS count FROM chats")).toEqual({ count: 60 });
    database.close();
  });
});

describe("a full disk", () => {
  it("is said, and nothing that was saved is lost", () => {
    const database = value(open());
    const store = new ChatStore(database, Date.now);
    const chat = value(store.createChat());
    const { answer } = value(store.addQuestion(chat.id, "Q", RequestId.parse("r")));
    value(store.writeCheckpoint(answer.id, textParts("kept")));
    const pages = Reflect.get(Object(database.get("PRAGMA page_count")), "page_count");
    database.get(`PRAGMA max_page_count = ${pages}`);
    expect(store.writeCheckpoint(answer.id, textParts("x".repeat(1_000_000)))).toMatchObject({
      ok: false,
      failure: { code: "disk-full" },
    });
    expect(value(store.openChat(chat.id)).messages[1]!.parts).toEqual(textParts("kept"));
    database.get("PRAGMA max_page_count = 1000000");
    expect(store.writeCheckpoint(answer.id, textParts("x".repeat(1_000_000))).ok).toBe(true);
    store.close();
  });

  it.skipIf(process.platform !== "linux" || process.getuid?.() !== 0)("is said on a real small file system", () => {
    const mount = path.join(folder, "small");
    mkdirSync(mount);
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", mount]);
    try {
      const small = path.join(mount, "chats.db");
      const store = new ChatStore(value(openChatDatabase(small)), Date.now);
      const chat = value(store.createChat());
      let started = store.addQuestion(chat.id, "Q", RequestId.parse("r"));
      value(started);
      let saved = "";
      let failed = "";
      for (let length = 10_000; length < 2_000_000 && failed === ""; length *= 2) {
        const outcome = store.writeCheckpoint(value(started).answer.id, textParts("x".repeat(length)));
        if (outcome.ok) saved = "x".repeat(length);
        else failed = outcome.failure.code;
      }
      expect(failed).toBe("disk-full");
      expect(textOf(value(store.openChat(chat.id)).messages[1]!.parts).length).toBe(saved.length);
      store.close();

      writeFileSync(path.join(mount, "filler"), "");
      try {
        for (;;) writeFileSync(path.join(mount, "filler"), Buffer.alloc(4096), { flag: "a" });
      } catch {
        // Now it is full to the last page.
      }
      const onFull = openChatDatabase(small);
      expect(onFull.ok ? "open" : onFull.failure.code).toMatch(/^(open|disk-full)$/u);
      if (onFull.ok) onFull.value.close();
      rmSync(path.join(mount, "filler"));
      const again = new ChatStore(value(openChatDatabase(small)), Date.now);
      expect(textOf(value(again.openChat(chat.id)).messages[1]!.parts).length).toBe(saved.length);
      started = again.addQuestion(chat.id, "Q2", RequestId.parse("r"));
      again.close();
    } finally {
      execFileSync("umount", ["--lazy", mount]);
    }
  });
});
