// Copies of real databases, made, listed and restored by the real worker.
import { spawn } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Outcome } from "../../../contract/failure";
import { RequestId } from "../../../contract/ids";
import { writeManyChats } from "../../../testing/manyChats";
import { seededRandom } from "../../../testing/seededRandom";
import { sourceWorker } from "../../../testing/sourceWorker";
import { UnfinishedFiles } from "../../UnfinishedFiles";
import { searchChats } from "../chatSearch";
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
const worker = sourceWorker();
const file = () => path.join(folder, "chats.db");
const backupFolder = () => path.join(folder, "backups");
const titles = () => value(store.listChats()).map(({ title }) => title);

function value<Value>(outcome: Outcome<Value>): Value {
  if (!outcome.ok) throw new Error(`${outcome.failure.code} ${outcome.failure.cause ?? ""}`);
  return outcome.value;
}

function hits(typed: string): number {
  const database = connectDatabase(file());
  try {
    return searchChats(database, store.faultyRows, typed, nowMs).length;
  } finally {
    database.close();
  }
}

function addChat(title: string): void {
  const chat = value(store.createChat());
  value(store.addQuestion(chat.id, "And?", RequestId.parse("r")));
  value(store.renameChat(chat.id, title));
}

function openBackups(): Backups {
  return new Backups({
    folder: backupFolder(),
    database: file(),
    chats: store,
    worker,
    beforeRestoring: async () => undefined,
    unfinished: UnfinishedFiles.withoutFile(),
    now: () => nowMs,
    log: () => undefined,
  });
}

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "facet-backups-"));
  nowMs = 1_700_000_000_000;
  store = new ChatStore(value(openChatDatabase(file())), () => nowMs);
  backups = openBackups();
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
    const first = nowMs;
    const atDay = (day: number) => path.join(backupFolder(), `chats-${timeInName(first + day * DAY_MS)}.db`);
    expect(value(await backups.makeIfDue())).toBe(true);
    for (let day = -6; day < 0; day++) copyFileSync(atDay(0), atDay(day));
    const made: boolean[] = [];
    for (const hour of [6, 23.9, 24, 30, 48]) {
      nowMs = first + hour * 3_600_000;
      made.push(value(await backups.makeIfDue()));
    }
    expect(made).toEqual([false, false, true, false, true]);
    const listed = value(await backups.list());
    expect(listed.map(({ atMs }) => atMs)).toEqual([2, 1, 0, -1, -2, -3, -4].map((day) => first + day * DAY_MS));
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
    const damaged = openBackups();
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
    expect(hits("Newer")).toBe(1);
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

  it("a kill in the middle leaves the chats of before or those of the backup, whole", async () => {
    store.close();
    const source = pathToFileURL(path.join(import.meta.dirname, "../database.ts")).href;
    const wanted = [path.join(folder, "a.db"), path.join(folder, "b.db")];
    for (const [index, each] of wanted.entries()) writeManyChats(each, 20 + index, 20);
    // Restores the one and the other, over and over, into the database that is open here.
    const script = `import { copyDatabase } from ${JSON.stringify(source)};
      for (let round = 0; ; round++) {
        await copyDatabase(${JSON.stringify(wanted)}[round % 2], ${JSON.stringify(file())});
        process.stdout.write("x");
      }`;
    const random = seededRandom(3);
    const found: number[] = [];
    for (let kill = 0; kill < 8; kill++) {
      const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "--eval", script]);
      let restored = 0;
      await new Promise<void>((resolve) => {
        child.stdout.on("data", () => {
          if (++restored === 2) setTimeout(resolve, random() * 60);
        });
      });
      child.kill("SIGKILL");
      await new Promise((resolve) => child.once("exit", resolve));
      store = new ChatStore(value(openChatDatabase(file())), () => nowMs);
      const chats = value(store.listChats());
      found.push(chats.length);
      for (const { id } of chats) expect(value(store.openChat(id)).messages).toHaveLength(20);
      store.close();
    }
    for (const count of found) expect([20, 21]).toContain(count);
    store = new ChatStore(value(openChatDatabase(file())), () => nowMs);
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
