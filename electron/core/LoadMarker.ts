// A note on disk that a model is being loaded. Found at start, it says that the last load ended the whole process,
// so that one bad file cannot lock a person out.
import { readFileSync, rmSync } from "node:fs";
import { ModelId } from "../contract/ids";
import { writeFileAtomically } from "./writeFileAtomically";

export class LoadMarker {
  readonly #file: string;
  /** What the file should say: a write may still be on its way when the load is over. */
  #loading: ModelId | null = null;

  constructor(file: string) {
    this.#file = file;
  }

  /** The model whose load was never finished; null = none. */
  read(): ModelId | null {
    try {
      const parsed = ModelId.safeParse(readFileSync(this.#file, "utf8").trim());
      return parsed.success ? parsed.data : null;
    } catch {
      return null;
    }
  }

  /** On disk when it returns. A disk that takes no note must not keep the person from the model. */
  async write(modelId: ModelId): Promise<void> {
    this.#loading = modelId;
    await writeFileAtomically(this.#file, modelId).catch(() => {});
    if (this.#loading === null) this.clear();
  }

  clear(): void {
    this.#loading = null;
    try {
      rmSync(this.#file, { force: true });
    } catch {
      // A read-only disk: the note could not have been written either.
    }
  }
}
