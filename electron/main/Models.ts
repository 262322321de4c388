// Which model is used: chosen by the person, remembered, loaded at start unless its last load ended badly. Main process, pure.
import { failure, succeed, type Failure, type Outcome } from "../contract/failure";
import type { ModelId } from "../contract/ids";
import type { EngineState } from "../contract/engineState";
import type { InstalledModel, LoadedModel } from "../contract/model";
import type { AppSettings } from "../contract/settings";
import type { JsonFile } from "../services/JsonFile";
import type { ModelOnDisk } from "../services/importing/findModels";
import type { LoadMarker } from "../services/LoadMarker";
import { ModelLibrary, type ModelFile, type ModelList } from "../services/ModelLibrary";
import type { EngineSupervisor, ModelToLoad } from "./EngineSupervisor";

export interface ModelsOptions {
  modelsFolder: string;
  starterFileName: string;
  modelList: JsonFile<ModelList>;
  settings: JsonFile<AppSettings>;
  loadMarker: LoadMarker;
  supervisor: Pick<EngineSupervisor, "load" | "refuse" | "forget">;
  onChanged: (models: InstalledModel[]) => void;
}

export class Models {
  readonly #options: ModelsOptions;
  readonly #library: ModelLibrary;
  /** What the engine found wrong with a model. */
  readonly #failures = new Map<ModelId, Failure>();
  #lastState: EngineState = { kind: "idle" };

  constructor(options: ModelsOptions) {
    this.#options = options;
    this.#library = new ModelLibrary({
      modelsFolder: options.modelsFolder,
      starterFileName: options.starterFileName,
      list: options.modelList,
      failureOf: (id) => this.#failures.get(id) ?? null,
    });
  }

  /** With where they lie: for main only. */
  files(): Promise<ModelFile[]> {
    return this.#library.files();
  }

  find(id: ModelId): Promise<ModelFile | null> {
    return this.#library.find(id);
  }

  async rename(id: ModelId, name: string): Promise<Outcome<undefined>> {
    if ((await this.#library.find(id)) === null) return { ok: false, failure: failure("not-found") };
    const noted = await this.#library.note(id, { name });
    if (noted.ok) await this.changed();
    return noted;
  }

  /** After its files went away. */
  async deleted(id: ModelId): Promise<void> {
    this.#failures.delete(id);
    this.#options.supervisor.forget(id);
    await this.#library.dropNote(id);
    await this.changed();
  }

  list(): Promise<InstalledModel[]> {
    return this.#library.list();
  }

  /** At start: the model of last time, else the first there is. A model whose load ended the app waits for the person. */
  async loadUsual(): Promise<void> {
    const { settings, loadMarker, supervisor } = this.#options;
    const first = (await this.#library.list())[0]?.id ?? null;
    const file = await this.#find(settings.value.modelId) ?? await this.#find(first);
    if (file === null) return;
    const crashed = loadMarker.read() === file.model.id ? failure("model-crashed-last-time", { file: file.model.fileName }) : null;
    if (crashed) {
      this.#failures.set(file.model.id, crashed);
      await this.changed();
    }
    const refusal = crashed ?? file.model.failure;
    if (refusal) supervisor.refuse(toLoad(file), refusal);
    else supervisor.load(toLoad(file));
  }

  async load(id: ModelId): Promise<Outcome<undefined>> {
    // What was wrong last time may be right now: only what the file system says today counts.
    this.#failures.delete(id);
    const file = await this.#find(id);
    if (file === null) return { ok: false, failure: failure("not-found") };
    if (file.model.failure) return { ok: false, failure: file.model.failure };
    this.#options.supervisor.load(toLoad(file));
    return succeed(undefined);
  }

  /** Uses a file where it lies, and loads it. */
  async openFile(path: string): Promise<Outcome<InstalledModel>> {
    const added = await this.#library.addFile(path);
    if (!added.ok) return added;
    await this.changed();
    const loading = await this.load(added.value.model.id);
    return loading.ok ? succeed(added.value.model) : loading;
  }

  /** Lists files where they lie, as far as they can be; returns their ids, or the first failure. */
  async useInPlace(found: readonly ModelOnDisk[]): Promise<Outcome<ModelId[]>> {
    const ids: ModelId[] = [];
    let problem: Failure | null = null;
    for (const { path, name, app } of found) {
      const added = await this.#library.addFile(path, app === null ? {} : { name, app });
      if (added.ok) ids.push(added.value.model.id);
      else problem ??= added.failure;
    }
    await this.changed();
    return problem === null ? succeed(ids) : { ok: false, failure: problem };
  }

  async forget(id: ModelId): Promise<Outcome<undefined>> {
    const forgotten = await this.#library.forget(id);
    if (!forgotten.ok) return forgotten;
    this.#failures.delete(id);
    this.#options.supervisor.forget(id);
    await this.changed();
    return succeed(undefined);
  }

  /** The engine has it in memory: it is the one to open with next time. */
  async loaded({ modelId }: LoadedModel): Promise<Outcome<unknown>> {
    if (this.#failures.delete(modelId)) await this.changed();
    const noted = await this.#library.note(modelId, { lastUsedAtMs: Date.now() });
    if (!noted.ok) return noted;
    const { settings } = this.#options;
    if (settings.value.modelId === modelId) return succeed(undefined);
    return settings.save({ ...settings.value, modelId });
  }

  /** Keeps in mind what the engine found wrong with a model. */
  async engineChanged(state: EngineState): Promise<void> {
    const before = this.#lastState;
    this.#lastState = state;
    const diedOfLoad = state.kind === "crashed" && state.modelId !== null && before.kind === "loading";
    if (state.kind === "load-failed" || diedOfLoad) {
      if (state.modelId === null) return;
      this.#failures.set(state.modelId, state.failure);
      await this.changed();
    }
  }

  async changed(): Promise<void> {
    this.#options.onChanged(await this.#library.list());
  }

  async #find(id: ModelId | null): Promise<ModelFile | null> {
    return id === null ? null : this.#library.find(id);
  }
}

function toLoad({ model, path }: ModelFile): ModelToLoad {
  return { id: model.id, name: model.name, fileName: model.fileName, path, sizeBytes: model.sizeBytes };
}
