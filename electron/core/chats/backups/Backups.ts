// Copies of the chats while they are sound: one a day, the last seven, and the way back to one of them.
import { chmod, mkdir, readdir, stat } from "node:fs/promises";
import path from "node:path";
import type { Backup } from "../../../contract/backups";
import { fail, succeed, type Outcome } from "../../../contract/failure";
import { placeFile, removeFile } from "../../../files/placeFile";
import { requireRoom } from "../../../files/room";
import { errnoOf, saveFailure } from "../../fileFailure";
import type { Log } from "../../LogFile";
import { syncFolder } from "../../../files/syncFolder";
import type { UnfinishedFiles } from "../../UnfinishedFiles";
import type { ChatStore } from "../ChatStore";
import { discardPart, newPart, timeInName } from "../replaceDatabase";
import type { WorkerThreads } from "../../worker/WorkerThreads";

const KEPT = 7;
const DAY_MS = 24 * 3_600_000;
/** Not while the app starts, which has enough to read. */
const FIRST_LOOK_MS = 60_000;
const LOOK_EVERY_MS = 3_600_000;
const NAME = /^chats-(?<day>\d{4}-\d\d-\d\d)T(?<hour>\d\d)-(?<minute>\d\d)-(?<second>\d\d)-(?<ms>\d{3})Z\.db$/u;

export interface BackupsOptions {
  /** Made when there is something to keep in it. */
  folder: string;
  /** In a folder on the same disk, where copies are written until they are whole. */
  database: string;
  chats: ChatStore;
  worker: WorkerThreads;
  /** Lets go of the database before it is replaced. */
  beforeRestoring: () => Promise<void>;
  unfinished: UnfinishedFiles;
  now: () => number;
  log: Log;
}

interface BackupFile {
  name: string;
  atMs: number;
}

export class Backups {
  readonly #options: BackupsOptions;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #making: Promise<unknown> | null = null;

  constructor(options: BackupsOptions) {
    this.#options = options;
  }

  /** From now on one a day. */
  start(): void {
    this.#lookIn(FIRST_LOOK_MS);
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** Newest first. */
  async list(): Promise<Outcome<Backup[]>> {
    const { folder, worker } = this.#options;
    try {
      const files = (await this.#files()).toReversed();
      const counts = await worker.ask<"count">({
        kind: "count",
        files: files.map(({ name }) => path.join(folder, name)),
      });
      if (!counts.ok) return counts;
      const backups: Backup[] = [];
      for (const [index, { name, atMs }] of files.entries()) {
        const { size } = await stat(path.join(folder, name));
        backups.push({ name, atMs, sizeBytes: size, chats: counts.value[index]?.chats ?? null });
      }
      return succeed(backups);
    } catch (error) {
      return { ok: false, failure: saveFailure(error, { folder }) };
    }
  }

  /** Where there are chats, and no backup of the last day. Two at once are one. Returns whether one was made. */
  async makeIfDue(): Promise<Outcome<boolean>> {
    if (this.#making !== null) return succeed(false);
    const making = this.#makeIfDue();
    this.#making = making;
    try {
      return await making;
    } catch (error) {
      if (errnoOf(error) === null) throw error;
      return { ok: false, failure: saveFailure(error, { folder: this.#options.folder }) };
    } finally {
      this.#making = null;
    }
  }

  /**
   * The chats become those of the backup; the present ones are kept. Returns the name of their file. Failures: "not-found",
   * "database-damaged" and "database-newer" of the backup, "disk-full", "save-failed". Nothing is changed then.
   */
  async restore(name: string): Promise<Outcome<{ keptAs: string }>> {
    const { folder, chats, database, worker } = this.#options;
    const backup = path.join(folder, name);
    try {
      // At once, so that no answer begins in between.
      return await chats.replaceAll(async () => {
        if (!(await this.#files()).some((file) => file.name === name)) return fail("not-found");
        const sound = await worker.ask<"check">({ kind: "check", file: backup });
        if (!sound.ok) return sound;
        const kept = await this.#copy("chats-replaced", path.dirname(database));
        if (!kept.ok) return kept;
        await this.#options.beforeRestoring();
        const restored = await worker.ask<"copy">({ kind: "copy", source: backup, target: database });
        return restored.ok ? succeed({ keptAs: path.basename(kept.value) }) : restored;
      });
    } catch (error) {
      if (errnoOf(error) === null) throw error;
      return { ok: false, failure: saveFailure(error, { folder }) };
    }
  }

  #lookIn(ms: number): void {
    this.#timer = setTimeout(() => void this.#look(), ms);
    this.#timer.unref();
  }

  async #look(): Promise<void> {
    const { log } = this.#options;
    try {
      const made = await this.makeIfDue();
      if (!made.ok) log("warn", "no backup of the chats", { code: made.failure.code, cause: made.failure.cause ?? "" });
      else if (made.value) log("info", "chats are backed up");
    } catch (error) {
      log("error", "no backup of the chats", { error: String(error) });
    }
    if (this.#timer !== null) this.#lookIn(LOOK_EVERY_MS);
  }

  async #makeIfDue(): Promise<Outcome<boolean>> {
    const { folder, chats, now } = this.#options;
    const newest = (await this.#files()).at(-1);
    // A clock that was set back does not put the next one off for long.
    if (newest !== undefined && Math.abs(now() - newest.atMs) < DAY_MS) return succeed(false);
    const listed = chats.listChats();
    if (!listed.ok) return listed;
    if (listed.value.length === 0) return succeed(false);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const made = await this.#copy("chats", folder, { onlySound: true });
    if (!made.ok) return made;
    for (const { name } of (await this.#files()).slice(0, -KEPT)) await removeFile(path.join(folder, name));
    return succeed(true);
  }

  /** Returns the file's path. */
  async #copy(kind: string, folder: string, { onlySound = false } = {}): Promise<Outcome<string>> {
    const { database, worker, unfinished, now } = this.#options;
    const dataFolder = path.dirname(database);
    const log = await stat(`${database}-wal`).catch(() => null);
    await requireRoom(dataFolder, (await stat(database)).size + (log?.size ?? 0));
    const part = await newPart(dataFolder, unfinished);
    try {
      const copied = await worker.ask<"copy">({ kind: "copy", source: database, target: part });
      if (!copied.ok) return copied;
      const sound = onlySound ? await worker.ask<"check">({ kind: "check", file: part }) : copied;
      if (!sound.ok) return sound;
      const file = path.join(folder, `${kind}-${timeInName(now())}.db`);
      await chmod(part, 0o600);
      await placeFile(part, file);
      await syncFolder(folder);
      return succeed(file);
    } finally {
      await discardPart(part, unfinished);
    }
  }

  /** Oldest first. */
  async #files(): Promise<BackupFile[]> {
    const names = await readdir(this.#options.folder).catch(() => []);
    return names
      .flatMap((name) => {
        const { day, hour, minute, second, ms } = NAME.exec(name)?.groups ?? {};
        const atMs = Date.parse(`${day}T${hour}:${minute}:${second}.${ms}Z`);
        return Number.isNaN(atMs) ? [] : [{ name, atMs }];
      })
      .sort((one, other) => one.atMs - other.atMs);
  }
}
