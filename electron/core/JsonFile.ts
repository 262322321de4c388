// One value kept in a JSON file: checked when read, replaced whole when saved.
import { readFile, rename, stat } from "node:fs/promises";
import type { z } from "zod";
import { succeed, type Outcome } from "../contract/failure";
import { errnoOf, saveFailure } from "./fileFailure";
import { writeFileAtomically } from "./writeFileAtomically";

/** Settings and lists of files are far below this; a larger file is not ours. */
const MAX_BYTES = 4_000_000;

export interface OpenedJsonFile<Value> {
  file: JsonFile<Value>;
  /** Where a file was put that could not be read as what it should be; null = it was sound or not there. */
  movedAsideTo: string | null;
}

/**
 * Reads the file, or takes `initial` when it is not there or not right; a wrong one is moved aside, never overwritten.
 * Throws when the file system refuses, other than by "not there".
 */
export async function openJsonFile<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
  initial: z.output<Schema>,
  now: () => number,
): Promise<OpenedJsonFile<z.output<Schema>>> {
  try {
    const parsed = schema.safeParse(await readJson(path));
    if (parsed.success) return { file: new JsonFile(path, parsed.data), movedAsideTo: null };
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return { file: new JsonFile(path, initial), movedAsideTo: null };
    if (errnoOf(error) !== null) throw error;
  }
  const movedAsideTo = path.replace(
    /(\.json)?$/u,
    `-damaged-${new Date(now()).toISOString().replace(/[:.]/gu, "-")}.json`,
  );
  await rename(path, movedAsideTo);
  return { file: new JsonFile(path, initial), movedAsideTo };
}

async function readJson(path: string): Promise<unknown> {
  if ((await stat(path)).size > MAX_BYTES) return undefined;
  return JSON.parse(await readFile(path, "utf8"));
}

export class JsonFile<Value> {
  readonly #path: string;
  #value: Value;
  /** Saves go one after the other, so that the last one wins on disk too. */
  #lastSave: Promise<unknown> = Promise.resolve();

  constructor(path: string, value: Value) {
    this.#path = path;
    this.#value = value;
  }

  get value(): Value {
    return this.#value;
  }

  /** The new value counts from now on, also when it could not be saved. */
  async save(value: Value): Promise<Outcome<Value>> {
    this.#value = value;
    const save = this.#lastSave.then(() => writeFileAtomically(this.#path, `${JSON.stringify(value, null, 2)}\n`));
    this.#lastSave = save.catch(() => {});
    try {
      await save;
      return succeed(value);
    } catch (error) {
      return { ok: false, failure: saveFailure(error) };
    }
  }
}
