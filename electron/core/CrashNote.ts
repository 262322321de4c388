// A note on disk of what is being brought into memory. Found at the next start, it says that this ended the whole program, so that one
// bad file cannot lock a user out.
import { readFileSync, rmSync } from "node:fs";
import { z } from "zod";
import { MAX_STACK_DELTAS } from "../contract/deltas";
import { DeltaId, ModelId } from "../contract/ids";
import { errnoOf } from "./fileFailure";
import { UnfinishedFiles } from "./UnfinishedFiles";
import { writeFileAtomically } from "./writeFileAtomically";

/** Notes of one kind hold ids of one kind. */
export class CrashNote<Id extends string> {
  readonly #file: string;
  readonly #ids: z.ZodType<readonly Id[]>;
  readonly #unfinished: UnfinishedFiles;
  /** What the file should say: a write may still be on its way when the load is over. */
  #loading: readonly Id[] = [];

  private constructor(file: string, ids: z.ZodType<readonly Id[]>, unfinished: UnfinishedFiles) {
    this.#file = file;
    this.#unfinished = unfinished;
    this.#ids = ids;
  }

  static ofModel(file: string, unfinished = UnfinishedFiles.withoutFile()): CrashNote<ModelId> {
    return new CrashNote(file, z.array(ModelId).max(1), unfinished);
  }

  static ofDeltas(file: string, unfinished = UnfinishedFiles.withoutFile()): CrashNote<DeltaId> {
    // Those of a stopped answer may still be loading when the next answer's begin; more are not asked for before they are done.
    return new CrashNote(file, z.array(DeltaId).max(2 * MAX_STACK_DELTAS), unfinished);
  }

  /** What was never brought into memory whole; empty as a rule. */
  read(): readonly Id[] {
    const ids = this.#read();
    return ids === "foreign" ? [] : ids;
  }

  /** On disk when it returns. A disk that takes no note must not keep the user from the model. */
  async write(ids: readonly Id[]): Promise<void> {
    this.#loading = ids;
    if (this.#read() === "foreign") return;
    await writeFileAtomically(this.#file, JSON.stringify(ids), this.#unfinished).catch(() => {});
    if (this.#loading.length === 0) this.clear();
  }

  /** A file that no Facet wrote is left alone. */
  #read(): readonly Id[] | "foreign" {
    let text: string;
    try {
      text = readFileSync(this.#file, "utf8").trim();
    } catch (error) {
      return errnoOf(error) === "ENOENT" ? [] : "foreign";
    }
    // What a loss of power leaves.
    if (text === "") return [];
    try {
      // Earlier versions wrote a model's id alone.
      const parsed = this.#ids.safeParse(text.startsWith("[") ? JSON.parse(text) : [text]);
      return parsed.success ? parsed.data : "foreign";
    } catch {
      return "foreign";
    }
  }

  clear(): void {
    this.#loading = [];
    try {
      if (this.#read() !== "foreign") rmSync(this.#file, { force: true });
    } catch {
      // A read-only disk: the note could not have been written either.
    }
  }
}
