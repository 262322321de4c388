// One value kept in a JSON file: read piece by piece, replaced whole when saved.
import { rmSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { setImmediate as nextTurn } from "node:timers/promises";
import { z } from "zod";
import { fail, succeed, type Outcome } from "../contract/failure";
import { placeFile } from "../files/placeFile";
import { errnoOf, saveFailure } from "./fileFailure";
import type { Shape, Understood } from "./storedShape";
import { UnfinishedFiles } from "./UnfinishedFiles";
import { temporaryOf, writeFileAtomically, writeFileNow } from "./writeFileAtomically";

/** Settings and lists of files are far below this; a larger file is not ours. */
const MAX_BYTES = 4_000_000;
/** Ours have ten levels at most. What is nested without end can be read, but not be written back. */
const MAX_DEPTH = 64;
/** Longer ones are written without indentation, which would make them many times as long. */
const MAX_INDENTED_CHARACTERS = 200_000;
/** Of the files that are written now. One of a newer Facet is read like any other and keeps its number. */
const VERSION = 1;

/** Files of before there were versions are the first. */
const Root = z.looseObject({ version: z.int().min(VERSION).catch(VERSION) });

export interface OpenedJsonFile<Value> {
  file: JsonFile<Value>;
  /** Where a file was put that is no JSON, or of no known shape; null = it was sound or not there. */
  movedAsideTo: string | null;
  /** Entries that could not be understood. They stay in the file. */
  unreadable: number;
}

interface OpenJsonOptions {
  isReader?: boolean;
  unfinished?: UnfinishedFiles;
}

/**
 * Reads the file, or begins with an empty one when it is not there or nothing of it can be used; such a one is moved aside, never
 * overwritten. The shape must take `{}`. Throws when the file system refuses, other than by "not there". A reader leaves every file
 * where it is and writes none.
 */
export async function openJsonFile<Value>(
  path: string,
  shape: Shape<Value>,
  now: () => number,
  { isReader = false, unfinished = UnfinishedFiles.withoutFile() }: OpenJsonOptions = {},
): Promise<OpenedJsonFile<Value>> {
  const open = (json: unknown) => {
    const root = Root.safeParse(json);
    if (!root.success) return null;
    const { version, ...rest } = root.data;
    const understood = shape.read(rest);
    return (
      understood && {
        file: new JsonFile(isReader ? null : path, version, understood, unfinished),
        unreadable: understood.unreadable,
      }
    );
  };
  const empty = open({});
  if (empty === null) throw new Error(`an empty ${path} is not of its shape`);
  try {
    const opened = open(await readJson(path));
    if (opened !== null) return { ...opened, movedAsideTo: null };
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return { ...empty, movedAsideTo: null };
    if (errnoOf(error) !== null) throw error;
  }
  if (isReader) return { ...empty, movedAsideTo: null };
  const movedAsideTo = path.replace(
    /(\.json)?$/u,
    `-damaged-${new Date(now()).toISOString().replace(/[:.]/gu, "-")}.json`,
  );
  await placeFile(path, movedAsideTo);
  return { ...empty, movedAsideTo };
}

async function readJson(path: string): Promise<unknown> {
  if ((await stat(path)).size > MAX_BYTES) return undefined;
  // Some editors begin a file with a byte order mark.
  const text = (await readFile(path, "utf8")).replace(/^\uFEFF/u, "");
  if (depthOf(text) > MAX_DEPTH) return undefined;
  // The largest would hold main for 60 ms in one go: others have their turn between the steps.
  await nextTurn();
  const json: unknown = JSON.parse(text);
  await nextTurn();
  return json;
}

/** Of brackets in each other, outside texts. */
function depthOf(json: string): number {
  let depth = 0;
  let deepest = 0;
  let isText = false;
  for (let at = 0; at < json.length; at++) {
    const letter = json.charCodeAt(at);
    if (isText && letter === LETTERS.backslash) at++;
    else if (letter === LETTERS.quote) isText = !isText;
    else if (isText) continue;
    else if (letter === LETTERS.openList || letter === LETTERS.openObject) deepest = Math.max(deepest, ++depth);
    else if (letter === LETTERS.closeList || letter === LETTERS.closeObject) depth--;
  }
  return deepest;
}

/** As numbers: three times as fast to compare as texts of one letter. */
const LETTERS = { backslash: 0x5c, quote: 0x22, openList: 0x5b, closeList: 0x5d, openObject: 0x7b, closeObject: 0x7d };

export class JsonFile<Value> {
  readonly #path: string | null;
  readonly #version: number;
  readonly #understood: Understood<Value>;
  readonly #unfinished: UnfinishedFiles;
  #value: Value;
  /** Saves go one after the other, so that the last one wins on disk too. */
  #lastSave: Promise<unknown> = Promise.resolve();
  /** Saves that are not on the disk yet. */
  #waiting = 0;
  /** Of the save that is being written. */
  #temporary: string | null = null;
  #isEnded = false;

  /** `path`: null = it is never written. */
  constructor(path: string | null, version: number, understood: Understood<Value>, unfinished: UnfinishedFiles) {
    this.#path = path;
    this.#unfinished = unfinished;
    this.#version = version;
    this.#understood = understood;
    this.#value = understood.value;
  }

  get value(): Value {
    return this.#value;
  }

  /** There were entries that could not be understood when it was opened. */
  get hasUnreadable(): boolean {
    return this.#understood.unreadable > 0;
  }

  /** The new value counts from now on, also when it could not be saved. */
  async save(value: Value): Promise<Outcome<Value>> {
    this.#value = value;
    const path = this.#path;
    if (path === null) return fail("save-failed", undefined, "opened for reading");
    if (this.#isEnded) return fail("save-failed", undefined, "the data folder is closed");
    this.#waiting++;
    const save = this.#lastSave.then(() => this.#write(path, value)).finally(() => this.#waiting--);
    this.#lastSave = save.catch(() => {});
    try {
      await save;
      return succeed(value);
    } catch (error) {
      return { ok: false, failure: saveFailure(error) };
    }
  }

  /** Resolves when nothing is being written any more, also of what is saved meanwhile. */
  async saved(): Promise<void> {
    while (this.#waiting > 0) await this.#lastSave;
  }

  /** What is not on the disk yet is written before this returns, and nothing after it. */
  finishNow(): void {
    if (this.#path === null || this.#isEnded) return;
    this.#isEnded = true;
    if (this.#waiting === 0) return;
    try {
      // So that it cannot get the name after the newest one.
      if (this.#temporary !== null) rmSync(this.#temporary, { force: true });
      writeFileNow(this.#path, this.#textOf(this.#value), this.#unfinished);
    } catch {
      // A full disk: the old content stays.
    }
  }

  async #write(path: string, value: Value): Promise<void> {
    if (this.#isEnded) return;
    this.#temporary = temporaryOf(path);
    try {
      await writeFileAtomically(path, this.#textOf(value), this.#unfinished, this.#temporary);
    } finally {
      this.#temporary = null;
    }
  }

  #textOf(value: Value): string {
    const written = this.#understood.write(value);
    const root = { version: this.#version, ...(written as object) };
    const text = JSON.stringify(root);
    return `${text.length > MAX_INDENTED_CHARACTERS ? text : JSON.stringify(root, null, 2)}\n`;
  }
}
