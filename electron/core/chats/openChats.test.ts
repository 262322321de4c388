// Damaged databases, small and large damage: what can be read is taken over, and the damaged file is kept as it was.
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { succeed, type Outcome } from "../../contract/failure";
import { ChatId, RequestId } from "../../contract/ids";
import { textOf } from "../../contract/parts";
import { countKept, writeManyChats } from "../../testing/manyChats";
import { seededRandom } from "../../testing/seededRandom";
import { sourceWorker } from "../../testing/sourceWorker";
import { UnfinishedFiles } from "../UnfinishedFiles";
import { searchChats } from "./chatSearch";
import { ChatStore } from "./ChatStore";
import { connectDatabase } from "./database";
import { openChatDatabase } from "./openChatDatabase";
import { openChats, type OpenedChats } from "./openChats";
import { salvageDatabase } from "./salvage/salvageDatabase";

const PAGE_BYTES = 4096;
let folder: string;
const file = () => path.join(folder, "chats.db");
const now = () => 1_700_000_000_000;
const KEPT = "chats-damaged-2023-11-14T22-13-20-000Z.db";
const unfinished = UnfinishedFiles.withoutFile();
const names = (start: string) => readdirSync(folder).filter((name) => name.startsWith(start));

function value<Value>(outcome: Outcome<Value>): Value {
  if (!outcome.ok) throw new Error(`${outcome.failure.code} ${outcome.failure.cause ?? ""}`);
  return outcome.value;
}

async function open(): Promise<OpenedChats> {
  const salvage = async (damaged: string, target: string) => succeed(salvageDatabase(damaged, target));
  return value(await openChats({ file: file(), now, unfinished, salvage }));
}

/** The chats' titles, newest first, and how many messages each shows. */
function shown(chats: ChatStore): [title: string, messages: number][] {
  return value(chats.listChats()).map(({ id, title }) => [title, value(chats.openChat(id)).messages.length]);
}

function hits(chats: ChatStore, typed: string): number {
  const database = connectDatabase(file());
  try {
    return searchChats(database, chats.faultyRows, typed, Date.now()).length;
  } finally {
    database.close();
  }
}

/** Closed in order, then damaged. */
function fill(chats: number): void {
  const store = new ChatStore(value(openChatDatabase(file())), Date.now);
  for (let index = 0; index < chats; index++) {
    const chat = value(store.createChat());
    value(store.addQuestion(chat.id, `Question ${index} ${"and more words ".repeat(60)}`, RequestId.parse("r")));
  }
  store.close();
}

function change(work: (bytes: Buffer) => void): void {
  const bytes = readFileSync(file());
  work(bytes);
  writeFileSync(file(), bytes);
}

/** Past the checks of the tables, as damage does it. */
function write(sql: string): void {
  const connection = connectDatabase(file());
  connection.execute(`PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON; ${sql}`);
  connection.close();
}

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "facet-damaged-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("a damaged database", () => {
  const CHATS = 40;
  const damages: [name: string, damage: () => void, readable: (chats: number) => boolean][] = [
    ["zeroed at its beginning", () => change((bytes) => bytes.fill(0, 0, PAGE_BYTES)), (chats) => chats === CHATS],
    ["garbage in its header", () => change((bytes) => bytes.fill(0x5a, 0, 100)), (chats) => chats === CHATS],
    [
      "cut in the middle",
      () => truncateSync(file(), Math.floor(statSync(file()).size / 2 / PAGE_BYTES) * PAGE_BYTES),
      (chats) => chats > 0,
    ],
    ["garbage in the middle", () => change((bytes) => bytes.fill(0xa5, PAGE_BYTES, 40_000)), (chats) => chats > 0],
    ["cut to a few bytes", () => truncateSync(file(), 50), (chats) => chats === 0],
    ["zeroed from the second page on", () => change((bytes) => bytes.fill(0, PAGE_BYTES)), (chats) => chats === 0],
    ["another kind of file", () => writeFileSync(file(), "<html>".repeat(5000)), (chats) => chats === 0],
    [
      "empty, with its log still there",
      () => {
        writeFileSync(`${file()}-wal`, readFileSync(file()));
        truncateSync(file(), 0);
      },
      (chats) => chats === 0,
    ],
  ];
  it.each(damages)("%s: what can be read is there, and the file is kept whole", async (_name, damage, isExpected) => {
    fill(CHATS);
    damage();
    const before = readFileSync(file());
    const { chats, damaged } = await open();
    expect(damaged?.movedTo).toBe(path.join(folder, KEPT));
    expect(readFileSync(path.join(folder, KEPT)).equals(before)).toBe(true);
    const found = shown(chats);
    expect(damaged?.kept.chats).toBe(found.length);
    expect(isExpected(found.length)).toBe(true);
    for (const [title, messages] of found) {
      expect(title).toMatch(/^Question \d+/u);
      expect(messages).toBeGreaterThan(0);
    }
    value(chats.createChat());
    chats.close();
    const again = await open();
    expect(again.damaged).toBeNull();
    expect(shown(again.chats)).toHaveLength(found.length + 1);
    again.chats.close();
    expect(readdirSync(folder).sort()).toEqual(expect.arrayContaining(["chats.db", KEPT]));
    expect([...names("chats-part"), ...names("chats-next")]).toEqual([]);
  });

  it.skipIf(process.platform === "win32")("is for the user alone, the new one and the kept one", async () => {
    fill(2);
    change((bytes) => bytes.fill(0, 0, PAGE_BYTES));
    (await open()).chats.close();
    for (const name of ["chats.db"]) expect(statSync(path.join(folder, name)).mode & 0o077).toBe(0);
  });

  it("never takes the place of an earlier one", async () => {
    for (let time = 0; time < 3; time++) {
      writeFileSync(file(), `damaged ${time} `.repeat(500));
      (await open()).chats.close();
    }
    const aside = names("chats-damaged-").filter((name) => name.endsWith(".db"));
    expect(aside).toHaveLength(3);
    expect(new Set(aside.map((name) => readFileSync(path.join(folder, name), "utf8"))).size).toBe(3);
  });

  it("gives what only its log has: the end of a program that was killed", async () => {
    fill(3);
    const connection = connectDatabase(file());
    connection.execute("PRAGMA wal_autocheckpoint = 0");
    connection.execute(
      "INSERT INTO chats (id, title, created_at_ms, last_used_at_ms, settings) VALUES ('late', 'Late', 9, 9, '{}')",
    );
    for (const suffix of ["", "-wal"]) copyFileSync(file() + suffix, `${file()}-copy${suffix}`);
    connection.close();
    rmSync(`${file()}-shm`, { force: true });
    for (const suffix of ["", "-wal"]) renameSync(`${file()}-copy${suffix}`, file() + suffix);
    expect(statSync(`${file()}-wal`).size).toBeGreaterThan(0);
    change((bytes) => bytes.fill(0, 0, 50));
    const { chats, damaged } = await open();
    expect(damaged).not.toBeNull();
    expect(shown(chats).map(([title]) => title)).toContain("Late");
    chats.close();
    expect(existsSync(path.join(folder, `${KEPT}-wal`))).toBe(true);
  });

  it("is read by the worker of the app", async () => {
    fill(5);
    change((bytes) => bytes.fill(0, 0, PAGE_BYTES));
    const worker = sourceWorker();
    const salvage = (damaged: string, target: string) => worker.ask<"salvage">({ kind: "salvage", damaged, target });
    const { chats, damaged } = value(await openChats({ file: file(), now, unfinished, salvage }));
    expect(damaged?.kept).toEqual({ chats: 5, messages: 10 });
    chats.close();
  });

  it("is kept, and a new one begun, when reading it ends the reader", async () => {
    fill(2);
    change((bytes) => bytes.fill(0, 0, PAGE_BYTES));
    const before = readFileSync(file());
    const salvage = () => Promise.reject(new Error("the thread ended"));
    const { chats, damaged } = value(await openChats({ file: file(), now, unfinished, salvage }));
    expect(damaged?.kept).toEqual({ chats: 0, messages: 0 });
    expect(readFileSync(path.join(folder, KEPT)).equals(before)).toBe(true);
    expect(shown(chats)).toEqual([]);
    chats.close();
  });
});

describe("indexes that are wrong are made again, and cost nothing", () => {
  beforeEach(() => fill(20));
  async function looked() {
    const { chats, damaged } = await open();
    const messages = shown(chats).map(([, count]) => count);
    const found = hits(chats, "Question");
    chats.close();
    return { damaged, messages, isFound: found > 0 };
  }
  const all = { damaged: null, messages: Array.from({ length: 20 }, () => 2), isFound: true };

  it("that of the search", async () => {
    write("INSERT INTO messages_fts(messages_fts) VALUES ('delete-all')");
    expect(await looked()).toEqual(all);
  });

  it("that of the chats' ids", async () => {
    const connection = connectDatabase(file());
    const id = String(connection.values("id", "chats LIMIT 1")[0]);
    connection.close();
    change((bytes) => {
      const places: number[] = [];
      for (let at = bytes.indexOf(id); at !== -1; at = bytes.indexOf(id, at + 1)) places.push(at);
      const inIndex = places.find((at) => bytes[Math.floor(at / PAGE_BYTES) * PAGE_BYTES] === 0x0a)!;
      bytes[inIndex] = bytes[inIndex]! ^ 1;
    });
    expect(await looked()).toEqual(all);
  });
});

describe("of many chats", () => {
  const CHATS = 30;
  const MESSAGES = 20;
  let sound: Buffer;
  let texts: Map<string, string>;

  beforeEach(() => {
    texts = writeManyChats(file(), CHATS, MESSAGES);
    sound = readFileSync(file());
  });

  async function afterDamage(damage: (bytes: Buffer) => void): Promise<{ kept: number; chats: number }> {
    for (const name of readdirSync(folder)) rmSync(path.join(folder, name));
    const bytes = Buffer.from(sound);
    damage(bytes);
    writeFileSync(file(), bytes);
    const { chats } = await open();
    const listed = value(chats.listChats()).length;
    chats.close();
    return { kept: countKept(file(), texts), chats: listed };
  }

  it("a zeroed page costs what was on it, whichever it is", async () => {
    const pages = sound.length / PAGE_BYTES;
    const random = seededRandom(1);
    const some = [0, 1, 2, 3, 4, 5, ...Array.from({ length: 12 }, () => Math.floor(random() * pages))];
    for (const page of some) {
      const { kept, chats } = await afterDamage((bytes) => bytes.fill(0, page * PAGE_BYTES, (page + 1) * PAGE_BYTES));
      expect(kept, `page ${page}`).toBeGreaterThan(texts.size - 60);
      expect(chats, `page ${page}`).toBeGreaterThanOrEqual(CHATS);
    }
  });

  it("a wrong bit costs a message at most, or those of its page", async () => {
    const random = seededRandom(2);
    const some = [
      // The header of the file, of the schema and of a few pages; then anywhere.
      ...[0, 16, 18, 19, 20, 21, 44, 47, 56, 59, 63, 100, 103, 105, 108].map((byte) => byte * 8 + 1),
      ...[1, 2, 3].flatMap((page) => [0, 3, 5, 8].map((byte) => (page * PAGE_BYTES + byte) * 8 + 2)),
      ...Array.from({ length: 15 }, () => Math.floor(random() * sound.length * 8)),
    ];
    for (const bit of some) {
      const { kept } = await afterDamage((bytes) => {
        const byte = Math.floor(bit / 8);
        bytes[byte] = bytes[byte]! ^ (1 << (bit % 8));
      });
      expect(kept, `bit ${bit}`).toBeGreaterThan(texts.size - 60);
    }
  });

  it("what is lost takes no branch with it: what followed is shown after what was before", async () => {
    write("UPDATE messages SET parent_id = NULL WHERE id = 'none'");
    const { chats } = await open();
    chats.close();
    sound = readFileSync(file());
    const lost = sound.indexOf("message-3-7");
    await afterDamage((bytes) => {
      const page = Math.floor(lost / PAGE_BYTES) * PAGE_BYTES;
      bytes.fill(0, page, page + PAGE_BYTES);
    });
    const { chats: after } = await open();
    const shownTexts = value(after.openChat(ChatId.parse("chat-3"))).messages.map(({ parts }) => textOf(parts));
    expect(shownTexts[0]).toBe(texts.get("message-3-0"));
    expect(shownTexts.at(-1)).toBe(texts.get(`message-3-${MESSAGES - 1}`));
    expect(shownTexts.length).toBeGreaterThan(MESSAGES - 4);
    after.close();
  });

  it("with all pages zeroed that hold chats, the messages are in chats that are called by them", async () => {
    await afterDamage((bytes) => {
      for (let at = bytes.indexOf("Chat number"); at !== -1; at = bytes.indexOf("Chat number")) {
        const page = Math.floor(at / PAGE_BYTES) * PAGE_BYTES;
        bytes.fill(0, page, page + PAGE_BYTES);
      }
    });
    expect(countKept(file(), texts)).toBe(texts.size);
    const { chats } = await open();
    expect(shown(chats)).toHaveLength(CHATS);
    for (const [title, messages] of shown(chats)) {
      expect(messages).toBe(MESSAGES);
      expect([...texts.values()].some((text) => text.startsWith(title.replace("…", "")))).toBe(true);
    }
    chats.close();
  });
});

describe("an end in the middle of it", () => {
  it("after each step leaves the chats that were salvaged, and the damaged file", async () => {
    fill(4);
    change((bytes) => bytes.fill(0, 0, PAGE_BYTES));
    const damagedBytes = readFileSync(file());
    const next = path.join(folder, `chats-next-${KEPT}`);
    salvageDatabase(file(), next);
    writeFileSync(`${file()}-wal`, "what a log holds");
    const states: (() => void)[] = [
      () => undefined,
      () => renameSync(`${file()}-wal`, path.join(folder, `${KEPT}-wal`)),
      () => renameSync(file(), path.join(folder, KEPT)),
      () => renameSync(next, file()),
    ];
    const saved = new Map(readdirSync(folder).map((name) => [name, readFileSync(path.join(folder, name))]));
    for (let step = 0; step < states.length; step++) {
      for (const name of readdirSync(folder)) rmSync(path.join(folder, name));
      for (const [name, bytes] of saved) writeFileSync(path.join(folder, name), bytes);
      for (const doStep of states.slice(0, step + 1)) doStep();
      const { chats, damaged } = await open();
      // The user is told of it as long as it was not at its end.
      const told = { movedTo: path.join(folder, KEPT), kept: { chats: 4, messages: 8 } };
      expect(damaged, `step ${step}`).toEqual(step < states.length - 1 ? told : null);
      expect(shown(chats), `step ${step}`).toHaveLength(4);
      chats.close();
      expect(readFileSync(path.join(folder, KEPT)).equals(damagedBytes)).toBe(true);
      expect(readFileSync(path.join(folder, `${KEPT}-wal`), "utf8")).toBe("what a log holds");
      expect(names("chats-next")).toEqual([]);
    }
  });

  it("before it was decided leaves the damaged file, which is salvaged again", async () => {
    fill(4);
    change((bytes) => bytes.fill(0, 0, PAGE_BYTES));
    const part = path.join(folder, "chats-part-0b0d0e0f-0001-4002-8003-000000000008.db");
    const journal = await UnfinishedFiles.open(folder, () => undefined);
    for (const file of [part, `${part}-journal`]) {
      await journal.begin(file);
      writeFileSync(file, "half of it");
    }
    writeFileSync(path.join(folder, "chats-part-of-mine.db"), "mine");
    const { chats, damaged } = await open();
    expect(damaged?.kept.chats).toBe(4);
    chats.close();
    // As at every start.
    await (await UnfinishedFiles.open(folder, () => undefined)).recover(() => false);
    expect(names("chats-part")).toEqual(["chats-part-of-mine.db"]);
  });
});

describe("rows that are not what the tables promise", () => {
  const counted = (chats: ChatStore) => {
    const counts: unknown[] = [];
    chats.faultyRows.listen((found) => counts.push(found));
    return counts;
  };
  const HOW_WRONG: [what: string, sql: string, counts: { chats: number; messages: number }][] = [
    ["a message's state", "UPDATE messages SET state = 'complxte' WHERE id = 'm2'", { chats: 0, messages: 1 }],
    ["a message's role", "UPDATE messages SET role = 'usar' WHERE id = 'm3'", { chats: 0, messages: 1 }],
    ["a message's id", "UPDATE messages SET id = '' WHERE id = 'm3'", { chats: 0, messages: 1 }],
    ["a message's request", "UPDATE messages SET request_id = '?' WHERE id = 'm2'", { chats: 0, messages: 1 }],
    ["a message's comparison", "UPDATE messages SET comparison_id = '' WHERE id = 'm2'", { chats: 0, messages: 1 }],
    ["a message's parent", "UPDATE messages SET parent_id = '?!' WHERE id = 'm3'", { chats: 0, messages: 1 }],
    ["a message's chat", "UPDATE messages SET chat_id = 'gone' WHERE id = 'm4'", { chats: 0, messages: 1 }],
    ["a chat's id", "UPDATE chats SET id = '' WHERE id = 'b'", { chats: 1, messages: 1 }],
    ["a chat's last message", "UPDATE chats SET leaf_id = '' WHERE id = 'b'", { chats: 1, messages: 0 }],
  ];

  beforeEach(() => {
    value(openChatDatabase(file())).close();
    write(`DROP TRIGGER finished_messages_stay;
      INSERT INTO chats (id, title, created_at_ms, last_used_at_ms, settings) VALUES ('a', 'First', 1, 2, '{}'), ('b', 'Second', 1, 1, '{}');
      INSERT INTO messages (id, chat_id, parent_id, role, text, created_at_ms, state) VALUES
        ('m1', 'a', NULL, 'user', 'One?', 1, 'complete'), ('m2', 'a', 'm1', 'assistant', 'One.', 1, 'complete'),
        ('m3', 'a', 'm2', 'user', 'Two?', 1, 'complete'), ('m4', 'a', 'm3', 'assistant', 'Two.', 1, 'complete'),
        ('n1', 'b', NULL, 'user', 'Three?', 1, 'complete');
      UPDATE chats SET leaf_id = 'm4' WHERE id = 'a'; UPDATE chats SET leaf_id = 'n1' WHERE id = 'b';`);
  });
  const trigger = `CREATE TRIGGER finished_messages_stay BEFORE UPDATE OF text, state ON messages WHEN old.state <> 'writing' BEGIN
  SELECT RAISE(ABORT, 'a finished message is not changed');
END;`;

  it.each(HOW_WRONG)("%s: costs that row, is counted, and stays in the file", async (_what, sql, expected) => {
    write(`${sql}; ${trigger}`);
    const { chats, damaged } = await open();
    expect(damaged).toBeNull();
    const counts = counted(chats);
    const lost = expected.messages > 0 && expected.chats === 0 ? 1 : 0;
    const found = shown(chats);
    expect(found).toEqual(
      expected.chats > 0
        ? [["First", 4]]
        : [
            ["First", 4 - lost],
            ["Second", 1],
          ],
    );
    hits(chats, "One");
    expect(counts.at(-1)).toEqual(expected);
    // The chat goes on.
    value(chats.addQuestion(ChatId.parse("a"), "More?", RequestId.parse("r")));
    expect(value(chats.openChat(ChatId.parse("a"))).messages).toHaveLength(4 - lost + 2);
    chats.close();
    const connection = connectDatabase(file());
    expect(connection.get("SELECT count(*) AS count FROM messages")).toEqual({ count: 7 });
    expect(connection.get("SELECT count(*) AS count FROM chats")).toEqual({ count: 2 });
    connection.close();
  });

  it("what is not JSON in them costs what it says, and no chat", async () => {
    write(
      `UPDATE chats SET settings = '{', stack = '['; UPDATE messages SET stack = 'x', facts = '{', failure = '1', parts = '['; ${trigger}`,
    );
    const { chats } = await open();
    expect(shown(chats)).toEqual([
      ["First", 4],
      ["Second", 1],
    ]);
    expect(value(chats.chatsUsingDelta("d" as never))).toEqual({ chatCount: 0, titles: [] });
    expect(value(chats.chatsAnsweredBy("m" as never))).toEqual({ chatCount: 0, titles: [] });
    chats.close();
  });

  it("a deleted chat goes, also where a message of another one follows one of its", async () => {
    write(`UPDATE messages SET parent_id = 'm4' WHERE id = 'n1'; UPDATE chats SET leaf_id = 'm1' WHERE id = 'b';
      UPDATE chats SET deleted_at_ms = 5 WHERE id = 'a'; ${trigger}`);
    const { chats } = await open();
    expect(shown(chats)).toEqual([["Second", 1]]);
    chats.close();
    const connection = connectDatabase(file());
    expect(connection.get("SELECT count(*) AS count FROM messages")).toEqual({ count: 1 });
    connection.close();
  });
});
