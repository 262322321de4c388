// What the person set for each model, and the last load of it that failed.
import { z } from "zod";
import type { Outcome } from "../../contract/failure";
import type { ModelId } from "../../contract/ids";
import { automaticLoadSettings, FailedLoad, LoadSettings } from "../../contract/loadSettings";
import type { JsonFile } from "../JsonFile";

/** load-settings.json. By model id. */
export const StoredLoadSettings = z.object({
  models: z.record(z.string().max(64), z.object({ settings: LoadSettings, lastFailure: FailedLoad.nullable() })),
});
export type StoredLoadSettings = z.infer<typeof StoredLoadSettings>;
export const emptyLoadSettings: StoredLoadSettings = { models: {} };

export class LoadSettingsStore {
  readonly #file: JsonFile<StoredLoadSettings>;

  constructor(file: JsonFile<StoredLoadSettings>) {
    this.#file = file;
  }

  settings(id: ModelId): LoadSettings {
    return this.#of(id)?.settings ?? automaticLoadSettings;
  }

  lastFailure(id: ModelId): FailedLoad | null {
    return this.#of(id)?.lastFailure ?? null;
  }

  /** What failed before failed with other settings: it is forgotten. */
  saveSettings(id: ModelId, settings: LoadSettings): Promise<Outcome<unknown>> {
    return this.#save(id, { settings, lastFailure: null });
  }

  async saveFailure(id: ModelId, lastFailure: FailedLoad | null): Promise<Outcome<unknown>> {
    if (lastFailure === null && this.lastFailure(id) === null) return { ok: true, value: undefined };
    return this.#save(id, { settings: this.settings(id), lastFailure });
  }

  async drop(id: ModelId): Promise<void> {
    if (this.#of(id) === undefined) return;
    await this.#file.save({
      models: Object.fromEntries(Object.entries(this.#file.value.models).filter(([other]) => other !== id)),
    });
  }

  #of(id: ModelId): StoredLoadSettings["models"][string] | undefined {
    const { models } = this.#file.value;
    return Object.hasOwn(models, id) ? models[id] : undefined;
  }

  #save(id: ModelId, entry: StoredLoadSettings["models"][string]): Promise<Outcome<unknown>> {
    return this.#file.save({ models: { ...this.#file.value.models, [id]: entry } });
  }
}
