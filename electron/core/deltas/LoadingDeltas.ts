// A note on disk of the deltas that the engine is bringing into memory. Found at start, it says that they ended the
// whole app, so that one bad file cannot lock a person out of a chat.
import { readFileSync, rmSync } from "node:fs";
import { z } from "zod";
import { MAX_STACK_DELTAS } from "../../contract/deltas";
import { DeltaId } from "../../contract/ids";
import { writeFileAtomically } from "../writeFileAtomically";

const Note = z.array(DeltaId).max(MAX_STACK_DELTAS);

export class LoadingDeltas {
  readonly #file: string;
  /** What the file should say: a write may still be on its way when the load is over. */
  #loading: readonly DeltaId[] = [];

  constructor(file: string) {
    this.#file = file;
  }

  /** The deltas whose load was never finished. */
  read(): DeltaId[] {
    try {
      const parsed = Note.safeParse(JSON.parse(readFileSync(this.#file, "utf8")));
      return parsed.success ? parsed.data : [];
    } catch {
      return [];
    }
  }

  /** On disk when it returns. A disk that takes no note must not keep the person from the delta. */
  async write(deltaIds: readonly DeltaId[]): Promise<void> {
    this.#loading = deltaIds;
    await writeFileAtomically(this.#file, JSON.stringify(deltaIds)).catch(() => {});
    if (this.#loading.length === 0) this.clear();
  }

  clear(): void {
    this.#loading = [];
    try {
      rmSync(this.#file, { force: true });
    } catch {
      // A read-only disk: the note could not have been written either.
    }
  }
}
