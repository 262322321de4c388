// What the user set for each model, and the last load of it that failed.
import type { Outcome } from "../../contract/failure";
import type { ModelId } from "../../contract/ids";
import { automaticLoadSettings, FailedLoad, LoadSettings } from "../../contract/loadSettings";
import type { JsonFile } from "../JsonFile";
import { fields, setting, table, type ValueOf } from "../storedShape";

const { contextSizeTokens, keyCacheType, valueCacheType, gpuLayers, threads, flashAttention, mmap } =
  LoadSettings.shape;

/** load-settings.json. By model id. A setting that cannot be understood is automatic. */
export const StoredLoadSettings = fields({
  models: table(
    fields({
      settings: fields<LoadSettings>({
        contextSizeTokens: setting(contextSizeTokens, null),
        keyCacheType: setting(keyCacheType, null),
        valueCacheType: setting(valueCacheType, null),
        gpuLayers: setting(gpuLayers, null),
        threads: setting(threads, null),
        flashAttention: setting(flashAttention, null),
        mmap: setting(mmap, null),
      }),
      lastFailure: setting(FailedLoad.nullable(), null),
      /** Layers on the GPU with which its memory ran out while it computed. */
      gpuLayersThatFailed: setting(gpuLayers, null),
    }),
  ),
});
export type StoredLoadSettings = ValueOf<typeof StoredLoadSettings>;

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
    return this.#save(id, { settings, lastFailure: null, gpuLayersThatFailed: null });
  }

  async saveFailure(id: ModelId, lastFailure: FailedLoad | null): Promise<Outcome<unknown>> {
    if (lastFailure === null && this.lastFailure(id) === null) return { ok: true, value: undefined };
    return this.#save(id, {
      settings: this.settings(id),
      lastFailure,
      gpuLayersThatFailed: this.gpuLayersThatFailed(id),
    });
  }

  gpuLayersThatFailed(id: ModelId): number | null {
    return this.#of(id)?.gpuLayersThatFailed ?? null;
  }

  /** Until the user sets something else. */
  saveGpuLayersThatFailed(id: ModelId, layers: number): Promise<Outcome<unknown>> {
    return this.#save(id, {
      settings: this.settings(id),
      lastFailure: this.lastFailure(id),
      gpuLayersThatFailed: layers,
    });
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
