// How often in a row each model ended the engine, kept over restarts of the app: after the second time it is loaded only when it is
// asked for.
import { z } from "zod";
import { failure, type Failure } from "../../contract/failure";
import type { ModelId } from "../../contract/ids";
import type { JsonFile } from "../JsonFile";
import { entry, table, type ValueOf } from "../storedShape";

const ENDS_ALLOWED = 1;

/** engine-ends.json. By model id. */
export const StoredEngineEnds = table(
  entry(z.looseObject({ content: z.string().max(64), ends: z.number().int().min(1) })),
);
export type StoredEngineEnds = ValueOf<typeof StoredEngineEnds>;

/** `content` distinguishes a file from what was under its name before (ModelFile.content). */
export interface ModelContent {
  id: ModelId;
  fileName: string;
  content: string;
}

export class EngineEnds {
  readonly #file: JsonFile<StoredEngineEnds>;

  constructor(file: JsonFile<StoredEngineEnds>) {
    this.#file = file;
  }

  /** It ended the engine, at the load or before it had answered once. Returns why it is not loaded by itself from now on, if so. */
  count(model: ModelContent): Failure | null {
    const ends = this.#endsOf(model) + 1;
    this.#save({ ...this.#file.value, [model.id]: { content: model.content, ends } });
    return this.refusal(model);
  }

  /** It answered, or its file is gone. Returns whether that changes anything. */
  clear(id: ModelId): boolean {
    if (!Object.hasOwn(this.#file.value, id)) return false;
    this.#save(Object.fromEntries(Object.entries(this.#file.value).filter(([other]) => other !== id)));
    return true;
  }

  /** Why it waits until it is asked for; null when it does not. */
  refusal(model: ModelContent): Failure | null {
    return this.#endsOf(model) > ENDS_ALLOWED ? failure("model-ended-engine-twice", { file: model.fileName }) : null;
  }

  #endsOf({ id, content }: ModelContent): number {
    const known = Object.hasOwn(this.#file.value, id) ? this.#file.value[id] : undefined;
    return known?.content === content ? known.ends : 0;
  }

  /** It counts from now on, also where the disk takes no note. */
  #save(value: StoredEngineEnds): void {
    void this.#file.save(value);
  }
}
