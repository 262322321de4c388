// The journal of what Facet has begun to write and not finished. A start removes what is in it, and nothing else.
import { randomUUID } from "node:crypto";
import { appendFileSync, rmSync, type Stats } from "node:fs";
import { lstat, open, readFile, rm, rmdir } from "node:fs/promises";
import path from "node:path";
import { placeFile, removeFile, replaceFile } from "../files/placeFile";
import type { Log } from "./LogFile";
import { isToolFolder, isUnfinishedName, isUnfinishedPath, isUnfinishedWrite } from "./unfinishedName";

export const JOURNAL_FILE = "unfinished.journal";
const FIRST_LINE = "facet-unfinished 1";
/** An entry is a few hundred bytes, and there are few: a larger file is not a journal of Facet's. */
const MAX_BYTES = 16_000_000;
/** Two lines for each file; then it is written anew with what is still open. */
const LINES_UNTIL_REWRITE = 4_000;
/** For what another program holds; the next start removes it otherwise. */
const PATIENCE_MS = 2_000;

/**
 * Who writes a file says so before it is made, and again when it has its own name or is gone. The entry is on the disk by then: one
 * line for each file. A disk that takes no entry does not keep anybody from writing; what is left of that is offered to the user.
 */
export class UnfinishedFiles {
  readonly #folder: string;
  /** null = what is begun is remembered, and written nowhere. */
  readonly #file: string | null;
  readonly #log: Log;
  /** Absolute paths, in the order in which they were begun. */
  readonly #begun = new Set<string>();
  /** Lines of a newer version, or changed by hand. */
  #unknown: string[] = [];
  #waiting: string[] = [];
  /** In the file, as far as this run wrote them. */
  #lines = 0;
  #beginning = `${FIRST_LINE}\n`;
  readonly #writing = new Set<Promise<unknown>>();
  #lastWrite: Promise<void> = Promise.resolve();

  private constructor(folder: string, file: string | null, log: Log) {
    this.#folder = path.resolve(folder);
    this.#file = file;
    this.#log = log;
  }

  /** For programs that write beside no data folder. */
  static withoutFile(): UnfinishedFiles {
    return new UnfinishedFiles(".", null, () => undefined);
  }

  /** Never fails: what is no journal stays where it is, or is moved aside, and the files of this run are begun all the same. */
  static async open(folder: string, log: Log): Promise<UnfinishedFiles> {
    const file = path.join(folder, JOURNAL_FILE);
    try {
      const text = await readJournal(file);
      const journal = new UnfinishedFiles(folder, file, log);
      if (text !== null) journal.#read(text);
      return journal;
    } catch (error) {
      log("warn", "no journal of unfinished files", { error: String(error) });
      return new UnfinishedFiles(folder, null, log);
    }
  }

  /** For who writes nothing: what the one that does has noted. */
  static async read(folder: string): Promise<UnfinishedFiles> {
    const journal = new UnfinishedFiles(folder, null, () => undefined);
    const text = await readFile(path.join(folder, JOURNAL_FILE), "utf8").catch(() => "");
    if (text.startsWith(`${FIRST_LINE}\n`)) journal.#read(text);
    return journal;
  }

  /** Absolute. */
  get paths(): string[] {
    return [...this.#begun];
  }

  /** Before the file or folder is made; durable when it returns. */
  begin(file: string): Promise<void> {
    const absolute = path.resolve(file);
    if (this.#begun.has(absolute)) return Promise.resolve();
    this.#begun.add(absolute);
    return this.#append(this.#line("+", absolute), true);
  }

  /** For the end of the process, which waits for nothing. */
  beginNow(file: string): void {
    const absolute = path.resolve(file);
    this.#begun.add(absolute);
    if (this.#file === null) return;
    try {
      appendFileSync(this.#file, this.#beginning + this.#line("+", absolute), { mode: 0o600 });
      this.#beginning = "";
    } catch {
      // As in #append.
    }
  }

  /**
   * Removes what was begun at this path and below it, as far as it has not got its own name; the entries go with it. Files of others in
   * a folder of Facet's stay, and the folder with them.
   */
  async discard(file: string): Promise<void> {
    const ended: string[] = [];
    for (const begun of this.#at(file).reverse()) {
      if (!(await isGone(begun))) continue;
      this.#begun.delete(begun);
      ended.push(begun);
    }
    await this.#end(ended);
  }

  /** What was begun at this path and below it is whole: the entries go, the files stay. */
  async keep(file: string): Promise<void> {
    const ended = this.#at(file);
    for (const begun of ended) this.#begun.delete(begun);
    await this.#end(ended);
  }

  /** For the end of the process: files of lists that have not got their names. */
  discardWritesNow(): void {
    for (const begun of this.paths.filter(isUnfinishedWrite)) {
      try {
        rmSync(begun, { force: true });
      } catch {
        // The next start removes it.
      }
    }
  }

  /** Whoever closes the data folder waits for this. */
  async during<Result>(write: () => Promise<Result>): Promise<Result> {
    const writing = write();
    this.#writing.add(writing);
    try {
      return await writing;
    } finally {
      this.#writing.delete(writing);
    }
  }

  /** Resolves when nothing is being written any more, also of what was begun meanwhile. */
  async settled(): Promise<void> {
    while (this.#writing.size > 0) await Promise.allSettled(this.#writing);
  }

  /** At the start: removes what the last run left. `isNeeded`: somebody goes on with it. Returns how many files and folders are gone. */
  async recover(isNeeded: (file: string) => boolean): Promise<number> {
    let removed = 0;
    for (const begun of this.paths.reverse()) {
      if (isNeeded(begun)) continue;
      const facts = await factsOf(begun);
      // The disk of an export may not be there now.
      if (facts === null && this.#isOutside(begun) && (await factsOf(path.dirname(begun))) === null) continue;
      if (facts !== null && this.#isOfOwnForm(begun)) {
        if (await isGone(begun)) removed++;
        // Held by another program: the next start tries again.
        else if (facts.isFile()) continue;
      }
      // What is left here is not Facet's alone: the user decides.
      this.#begun.delete(begun);
    }
    await this.#rewrite();
    return removed;
  }

  #at(file: string): string[] {
    const absolute = path.resolve(file);
    return this.paths.filter((begun) => begun === absolute || begun.startsWith(absolute + path.sep));
  }

  async #end(ended: readonly string[]): Promise<void> {
    if (ended.length > 0) await this.#append(ended.map((begun) => this.#line("-", begun)).join(""), false);
  }

  #read(text: string): void {
    const lines = text.split("\n");
    // The last one is empty, or a kill came in the middle of it.
    const torn = lines.pop() ?? "";
    this.#beginning = lines.length === 0 ? `${FIRST_LINE.slice(torn.length)}\n` : torn === "" ? "" : "\n";
    for (const line of lines.slice(1)) {
      const file = this.#pathIn(line);
      if (file === null) {
        if (line !== "") this.#unknown.push(line);
      } else if (line.startsWith("+")) this.#begun.add(file);
      else this.#begun.delete(file);
    }
  }

  #pathIn(line: string): string | null {
    if (!/^[+-] "/u.test(line)) return null;
    try {
      const named: unknown = JSON.parse(line.slice(2));
      return typeof named === "string" && named !== "" ? path.resolve(this.#folder, named) : null;
    } catch {
      return null;
    }
  }

  /** Relative where it is in the data folder, which may be moved. */
  #line(sign: "+" | "-", file: string): string {
    const named = this.#isOutside(file) ? file : path.relative(this.#folder, file).replaceAll(path.sep, "/");
    return `${sign} ${JSON.stringify(named)}\n`;
  }

  #isOfOwnForm(file: string): boolean {
    return this.#isOutside(file)
      ? isUnfinishedName(path.basename(file))
      : isUnfinishedPath(path.relative(this.#folder, file));
  }

  #isOutside(file: string): boolean {
    return !file.startsWith(this.#folder + path.sep);
  }

  /** What waits together is written together. */
  #append(lines: string, isDurable: boolean): Promise<void> {
    const file = this.#file;
    if (file === null) return Promise.resolve();
    this.#waiting.push(lines);
    return this.#inTurn(async () => {
      const text = this.#waiting.splice(0).join("");
      // An earlier turn has written it.
      if (text === "") return;
      await appendTo(file, this.#beginning + text, isDurable || text.includes("+ "));
      this.#beginning = "";
      this.#lines += text.split("\n").length;
      if (this.#lines > LINES_UNTIL_REWRITE + 2 * this.#begun.size) await this.#writeAnew(file);
    });
  }

  #rewrite(): Promise<void> {
    const file = this.#file;
    return file === null ? Promise.resolve() : this.#inTurn(() => this.#writeAnew(file));
  }

  /** With the open entries alone. Its own unfinished file is the last entry of the journal that it replaces. */
  async #writeAnew(file: string): Promise<void> {
    // One that was never written to is not made for this.
    if ((await factsOf(file)) === null) return;
    const fresh = `${file}.${randomUUID()}.tmp`;
    await appendTo(file, this.#beginning + this.#line("+", fresh), true);
    this.#beginning = "";
    const open = this.paths.map((begun) => this.#line("+", begun)).join("");
    const kept = this.#unknown.map((line) => `${line}\n`).join("");
    try {
      await appendTo(fresh, `${FIRST_LINE}\n${kept}${open}`, true);
      await replaceFile(fresh, file);
    } catch (error) {
      await removeFile(fresh);
      throw error;
    }
    this.#lines = this.#begun.size;
  }

  #inTurn(write: () => Promise<void>): Promise<void> {
    this.#lastWrite = this.#lastWrite
      .then(write)
      .catch((error: unknown) => this.#log("warn", "unfinished files not noted", { error: String(error) }));
    return this.#lastWrite;
  }
}

/** null = there is none. One that is no journal is moved aside; throws for what is no file at all. */
async function readJournal(file: string): Promise<string | null> {
  const facts = await factsOf(file);
  if (facts === null) return null;
  if (!facts.isFile()) throw new Error("something else has its name");
  const text = facts.size > MAX_BYTES ? "" : await readFile(file, "utf8");
  // A kill may have come before its first line was whole.
  if (text.startsWith(`${FIRST_LINE}\n`) || (`${FIRST_LINE}\n`.startsWith(text) && facts.size <= MAX_BYTES))
    return text;
  await placeFile(file, `${file}-${randomUUID().slice(0, 8)}`);
  return null;
}

async function appendTo(file: string, text: string, isDurable: boolean): Promise<void> {
  const handle = await open(file, "a", 0o600);
  try {
    await handle.writeFile(text);
    if (isDurable) await handle.datasync();
  } finally {
    await handle.close();
  }
}

/** Removes a file, a link, an empty folder, or one that was another program's with all in it, nothing else; whether nothing has the name any more. */
async function isGone(file: string): Promise<boolean> {
  const facts = await factsOf(file);
  if (facts === null) return true;
  try {
    if (facts.isDirectory()) await (isToolFolder(path.basename(file)) ? rm(file, { recursive: true }) : rmdir(file));
    else if (facts.isFile() || facts.isSymbolicLink()) await removeFile(file, { patienceMs: PATIENCE_MS });
    else return false;
    return true;
  } catch {
    // Not empty, or held by another program.
    return false;
  }
}

/** null = nothing has the name, or it cannot be looked at. */
async function factsOf(file: string): Promise<Stats | null> {
  return lstat(file).catch(() => null);
}
