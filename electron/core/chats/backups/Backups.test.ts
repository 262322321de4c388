// Copies of real databases, made, listed and restored by the real worker.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Outcome } from "../../../contract/failure";
import { RequestId } from "../../../contract/ids";
import { sourceChatsWorker } from "../../../testing/sourceChatsWorker";
import { ChatStore } from "../ChatStore";
import { connectDatabase } from "../database";
import { migration0001 } from "../migrations/migration0001";
import { openChatDatabase } from "../openChatDatabase";
import { timeInName } from "../replaceDatabase";
import { Backups } from "./Backups";

const DAY_MS = 24 * 3_600_000;
let folder: string;
let nowMs: number;
let store: ChatStore;
let backups: Backups;
const worker = sourceChatsWorker();
const file = () => path.join(folder, "chats.db");
const backupFolder = () => path.join(folder, "backups");
const titles = () => value(store.listChats()).map(({ title }) => title);

function value<Value>(outcome: Outcome<Value>): Value {
  if (!outcome.ok) throw new Error(`${outcome.failure.code} ${outcome.failure.cause ?? ""}`);
  return outcome.value;
}

function addChat(title: string): void {
  const chat = value(store.createChat());
  value(store.addQuestion(chat.id, "And?", RequestId.parse("r")));
  value(store.renameChat(chat.id, title));
}

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "facet-backups-"));
  nowMs = 1_700_000_000_000;
  store = new ChatStore(value(openChatDatabase(file())), () => nowMs);
  backups = new Backups({
    folder: backupFolder(),
    database: file(),
    chats: store,
    worker,
    now: () => nowMs,
    log: () => undefined,
  });
});
afterEach(() => {
  backups.close();
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("making them", () => {
  it("one a day, the last seven, and nothing that is not one of them goes", async () => {
    mkdirSync(backupFolder());
    writeFileSync(path.join(backupFolder(), "chats-of-mine.db"), "mine");
    addChat("One");
    const made: boolean[] = [];
    for (let hour = 0; hour < 9 * 24; hour += 6) {
      nowMs = 1_700_000_000_000 + hour * 3_600_000;
      made.push(value(await backups.makeIfDue()));
    }
    expect(made).toEqual(made.map((_made, index) => index % 4 === 0));
    const listed = value(await backups.list());
    expect(listed.map(({ atMs }) => atMs)).toEqual(
      [8, 7, 6, 5, 4, 3, 2].map((day) => 1_700_000_000_000 + day * DAY_MS),
    );
    for (const { name, chats, sizeBytes } of listed)
      expect([chats, sizeBytes]).toEqual([1, statSync(path.join(backupFolder(), name)).size]);
    expect(readdirSync(backupFolder())).toHaveLength(8);
    expect(readFileSync(path.join(backupFolder(), "chats-of-mine.db"), "utf8")).toBe("mine");
  });

  it.skipIf(process.platform === "win32")("for the user alone, in one file each", async () => {
    addChat("One");
    value(await backups.makeIfDue());
    expect(statSync(backupFolder()).mode & 0o077).toBe(0);
    const [name, ...others] = readdirSync(backupFolder());
    expect(others).toEqual([]);
    expect(statSync(path.join(backupFolder(), name!)).mode & 0o077).toBe(0);
    expect(readdirSync(folder).filter((each) => each.startsWith("chats-part"))).toEqual([]);
  });

  it("none of no chats, and none of a damaged database", async () => {
    expect(value(await backups.makeIfDue())).toBe(false);
    for (let chat = 0; chat < 40; chat++) addChat(`Chat ${chat} ${"long ".repeat(30)}`);
    store.close();
    const bytes = readFileSync(file());
    bytes.fill(0xa5, bytes.length - 4096);
    writeFileSync(file(), bytes);
    const clean = `${file()}-clean`;
    const { size, mtimeMs } = statSync(file());
    writeFileSync(clean, JSON.stringify({ sizeBytes: size, mtimeMs }));
    store = new ChatStore(value(openChatDatabase(file())), () => nowMs);
    const damaged = new Backups({
      folder: backupFolder(),
      database: file(),
      chats: store,
      worker,
      now: () => nowMs,
      log: () => undefined,
    });
    expect(await damaged.makeIfDue()).toMatchObject({ ok: false, failure: { code: "database-damaged" } });
    expect(readdirSync(backupFolder())).toEqual([]);
  });

  it("begins a while after the start, and looks again", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      addChat("One");
      backups.start();
      expect(readdirSync(folder)).not.toContain("backups");
      await vi.advanceTimersByTimeAsync(60_000);
      vi.useRealTimers();
      await expect.poll(() => countIn(backupFolder()), { timeout: 20_000 }).toBe(1);
    } finally {
      vi.useRealTimers();
    }
  });
});

/** How many files a folder has, which may not be there. */
function countIn(inside: string): number {
  try {
    return readdirSync(inside).length;
  } catch {
    return 0;
  }
}

describe("restoring one", () => {
  it("brings its chats back while they are open, and keeps the present ones", async () => {
    addChat("Old");
    value(await backups.makeIfDue());
    const [backup] = value(await backups.list());
    addChat("New");
    const { keptAs } = value(await backups.restore(backup!.name));
    expect(titles()).toEqual(["Old"]);
    const kept = connectDatabase(path.join(folder, keptAs));
    expect(kept.values("title", "chats ORDER BY row")).toEqual(["Old", "New"]);
    kept.close();
    // It goes on with them, also after a restart.
    addChat("Newer");
    expect(value(store.search("Newer"))).toHaveLength(1);
    store.close();
    store = new ChatStore(value(openChatDatabase(file())), () => nowMs);
    expect(titles()).toEqual(expect.arrayContaining(["Old", "Newer"]));
    expect(titles()).toHaveLength(2);
  });

  it("of an older version of Facet brings it up to date", async () => {
    addChat("New");
    mkdirSync(backupFolder());
    const name = `chats-${timeInName(nowMs - DAY_MS)}.db`;
    const old = connectDatabase(path.join(backupFolder(), name));
    old.execute(migration0001);
    old.execute(`PRAGMA user_version = 1;
      INSERT INTO chats (id, title, created_at_ms, last_used_at_ms, settings) VALUES ('c', 'From before', 1, 2, '{}')`);
    old.close();
    value(await backups.restore(name));
    expect(titles()).toEqual(["From before"]);
    addChat("After");
    expect(titles()).toContain("After");
  });

  it("changes nothing when the backup is damaged, newer, or not there", async () => {
    addChat("Here");
    mkdirSync(backupFolder());
    const nameAt = (day: number) => `chats-${timeInName(nowMs - day * DAY_MS)}.db`;
    const place = (day: number) => path.join(backupFolder(), nameAt(day));
    writeFileSync(place(1), "garbage ".repeat(1_000));
    const newer = connectDatabase(place(2));
    newer.execute("CREATE TABLE later (x); PRAGMA user_version = 99");
    newer.close();
    expect(await backups.restore(nameAt(1))).toMatchObject({ ok: false, failure: { code: "database-damaged" } });
    expect(await backups.restore(nameAt(2))).toMatchObject({ ok: false, failure: { code: "database-newer" } });
    for (const name of [nameAt(3), "../chats.db", "chats.db"])
      expect(await backups.restore(name)).toMatchObject({ ok: false, failure: { code: "not-found" } });
    expect(titles()).toEqual(["Here"]);
    expect(readdirSync(folder).filter((name) => name.startsWith("chats-"))).toEqual([]);
    expect(value(await backups.list()).map(({ chats }) => chats)).toEqual([null, null]);
  });

  it("nothing is written meanwhile that would be lost", async () => {
    addChat("Old");
    value(await backups.makeIfDue());
    const [backup] = value(await backups.list());
    const restoring = backups.restore(backup!.name);
    expect(store.createChat()).toMatchObject({ ok: false, failure: { code: "chats-busy" } });
    expect(await backups.restore(backup!.name)).toMatchObject({ ok: false, failure: { code: "chats-busy" } });
    value(await restoring);
    addChat("New");
  });
});
