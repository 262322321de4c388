// Which model is used: chosen by the user, remembered, loaded at start unless its last load ended badly.
import { failure, succeed, type Failure, type Outcome } from "../contract/failure";
import { withMissingDetails } from "../contract/failureDetails";
import type { ModelId } from "../contract/ids";
import type { EngineState } from "../contract/engineState";
import type { LoadPlan, LoadSettings, LoadWarning } from "../contract/loadSettings";
import type { InstalledModel, LoadedModel } from "../contract/model";
import type { AppSettings } from "../contract/settings";
import type { JsonFile } from "./JsonFile";
import type { ModelOnDisk } from "./importing/findModels";
import type { EngineEnds, ModelContent } from "./loads/EngineEnds";
import type { CrashNote } from "./CrashNote";
import { ggufProblem, modelFileProblem } from "./modelFileProblem";
import type { ModelFailures } from "./ModelFailures";
import type { ModelFile, ModelLibrary } from "./ModelLibrary";
import { isTooLarge } from "./estimator/planLoad";
import type { EngineSession } from "./supervision/EngineSession";
import type { ModelToLoad } from "./supervision/ModelToLoad";
import type { Loads } from "./loads/Loads";

const ANNOUNCE_MS = 100;

export interface ModelsOptions {
  library: ModelLibrary;
  failures: ModelFailures;
  settings: JsonFile<AppSettings>;
  loadNote: CrashNote<ModelId>;
  engineEnds: Pick<EngineEnds, "refusal" | "clear">;
  session: Pick<EngineSession, "prepare" | "release" | "load" | "refuse" | "rename" | "forget">;
  loads: Pick<Loads, "plan" | "begun" | "forget">;
  /** A load that was asked for would not fit: nothing was done, the user decides. */
  onWarning: (warning: LoadWarning) => void;
  onChanged: (models: InstalledModel[]) => void;
}

export class Models {
  readonly #options: ModelsOptions;
  readonly #library: ModelLibrary;
  readonly #failures: ModelFailures;
  #announcing: NodeJS.Timeout | null = null;
  #lastState: EngineState = { kind: "idle" };
  /** Counts what was asked to be loaded: planning takes a moment, and only the newest request counts then. */
  #requests = 0;

  constructor(options: ModelsOptions) {
    this.#options = options;
    this.#library = options.library;
    this.#failures = options.failures;
  }

  /** With their paths: for main only. */
  files(): Promise<ModelFile[]> {
    return this.#library.files();
  }

  find(id: ModelId): Promise<ModelFile | null> {
    return this.#library.find(id);
  }

  async rename(id: ModelId, name: string): Promise<Outcome<undefined>> {
    if ((await this.#library.find(id)) === null) return { ok: false, failure: failure("not-found") };
    const noted = await this.#library.note(id, { name });
    if (!noted.ok) return noted;
    this.#options.session.rename(id, name);
    await this.changed();
    return noted;
  }

  /** After its files went away. */
  async deleted(id: ModelId): Promise<void> {
    this.#failures.delete(id);
    this.#options.engineEnds.clear(id);
    void this.#options.session.forget(id);
    await this.#options.loads.forget(id);
    await this.#library.dropNote(id);
    await this.changed();
  }

  list(): Promise<InstalledModel[]> {
    return this.#library.list();
  }

  /** At start: the model of last time, else the first that is one. A model whose load ended the app waits for the user. */
  async loadUsual(): Promise<void> {
    const { settings, loadNote, engineEnds, session, loads } = this.#options;
    const last = await this.#find(settings.value.modelId);
    const files = last === null ? await this.#library.files() : [last];
    const request = ++this.#requests;
    for (const file of files) {
      const crashed = loadNote.read().includes(file.model.id)
        ? failure("model-crashed-last-time", { file: file.model.fileName })
        : null;
      if (crashed) await this.#found(file, crashed);
      session.prepare(file.model.id);
      const { plan, unusable } = await loads.plan(file);
      if (request !== this.#requests) return;
      if (unusable) await this.#found(file, unusable);
      // A projector beside its model, say.
      if (unusable?.code === "model-is-not-a-chat-model" && file !== files.at(-1)) continue;
      const refusal =
        crashed ??
        engineEnds.refusal(contentOf(file)) ??
        file.fileProblem ??
        inWordsOf(file, unusable) ??
        (isTooLarge(plan.fit) ? tooLarge(file, plan) : null);
      if (refusal) session.refuse(toLoad(file, plan), refusal);
      else this.#begin(file, plan);
      return;
    }
  }

  /**
   * Loads it when it fits, or with `despiteWarning`; otherwise calls onWarning. `settings`: for this load alone, instead of those kept.
   * Failures: "not-found", those of the file, and what it shows to be wrong with it. Whatever is in memory stays there then.
   */
  async load(
    id: ModelId,
    {
      settings,
      despiteWarning = false,
    }: { settings?: LoadSettings | undefined; despiteWarning?: boolean | undefined } = {},
  ): Promise<Outcome<undefined>> {
    // What was wrong last time may be right now: only what the file system says today counts.
    this.#failures.delete(id);
    const file = await this.#find(id);
    if (file === null) return { ok: false, failure: failure("not-found") };
    if (file.fileProblem) return { ok: false, failure: file.fileProblem };
    const request = ++this.#requests;
    const { session } = this.#options;
    session.prepare(id);
    const { plan, nearest, unusable } = await this.#options.loads.plan(file, settings);
    if (request !== this.#requests) return succeed(undefined);
    const wrong = inWordsOf(file, unusable);
    if (wrong) {
      session.release();
      await this.#found(file, wrong);
      return { ok: false, failure: wrong };
    }
    if (isTooLarge(plan.fit) && !despiteWarning) {
      session.release();
      this.#options.onWarning({ modelId: id, modelName: file.model.name, plan, nearest });
    } else this.#begin(file, plan);
    return succeed(undefined);
  }

  #begin(file: ModelFile, plan: LoadPlan): void {
    this.#options.loads.begun(file, plan);
    this.#options.session.load(toLoad(file, plan));
  }

  /** A verdict shows that the file cannot be used: the list says so too. Many come in a row, so the list is emitted once for them. */
  async judged(id: ModelId, wrong: Failure): Promise<void> {
    const file = await this.#find(id);
    if (file === null || this.#failures.has(id)) return;
    this.#failures.set(id, file.content, wrong);
    if (this.#announcing !== null) return;
    this.#announcing = setTimeout(() => {
      this.#announcing = null;
      void this.changed();
    }, ANNOUNCE_MS);
  }

  async #found({ model: { id }, content }: ModelFile, failure: Failure): Promise<void> {
    this.#failures.set(id, content, failure);
    await this.changed();
  }

  /** Uses a file where it is, and loads it. */
  async openFile(path: string): Promise<Outcome<InstalledModel>> {
    const added = await this.#list(path);
    if (!added.ok) return added;
    const loading = await this.load(added.value.id);
    return loading.ok ? added : loading;
  }

  /** Lists a file where it is. Nobody loads it, which would show what it is: so what does not begin as a GGUF file is refused. */
  async addFile(path: string): Promise<Outcome<InstalledModel>> {
    const problem = (await modelFileProblem(path)) ?? (await ggufProblem(path));
    return problem === null ? this.#list(path) : { ok: false, failure: problem };
  }

  async #list(path: string): Promise<Outcome<InstalledModel>> {
    const added = await this.#library.addFile(path);
    if (!added.ok) return added;
    await this.changed();
    return succeed(added.value.model);
  }

  /** Lists files where they are, as far as they can be; returns their ids, or the first failure. */
  async useInPlace(found: readonly ModelOnDisk[]): Promise<Outcome<ModelId[]>> {
    const added = await this.#library.addFiles(
      found.map(({ path, name, app }) => (app === null ? { path } : { path, name, app })),
    );
    const ids: ModelId[] = [];
    let problem: Failure | null = null;
    for (const outcome of added) {
      if (outcome.ok) ids.push(outcome.value.model.id);
      else problem ??= outcome.failure;
    }
    await this.changed();
    return problem === null ? succeed(ids) : { ok: false, failure: problem };
  }

  async forget(id: ModelId): Promise<Outcome<undefined>> {
    const forgotten = await this.#library.forget(id);
    if (!forgotten.ok) return forgotten;
    this.#failures.delete(id);
    void this.#options.session.forget(id);
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
      const file = await this.#find(state.modelId);
      if (file !== null) await this.#found(file, state.failure);
    }
  }

  async changed(): Promise<void> {
    this.#options.onChanged(await this.#library.list());
  }

  async #find(id: ModelId | null): Promise<ModelFile | null> {
    return id === null ? null : this.#library.find(id);
  }
}

function contentOf({ model: { id, fileName }, content }: ModelFile): ModelContent {
  return { id, fileName, content };
}

/** With the file's name, which the fit process does not care for. */
function inWordsOf({ model }: ModelFile, wrong: Failure | null): Failure | null {
  return wrong === null ? null : withMissingDetails(wrong, { file: model.fileName });
}

function toLoad(
  { model, path, content }: ModelFile,
  { choice, reasons, fit, conversationsWithDeltas }: LoadPlan,
): ModelToLoad {
  const memory =
    fit.neededBytes === null
      ? null
      : { neededBytes: fit.neededBytes, availableBytes: fit.machine.availableBytes - fit.machine.systemReserveBytes };
  return {
    id: model.id,
    name: model.name,
    fileName: model.fileName,
    path,
    content,
    sizeBytes: model.sizeBytes,
    choice,
    reasons,
    conversationsWithDeltas,
    memory,
  };
}

function tooLarge({ model }: ModelFile, { fit }: LoadPlan): Failure {
  return failure("model-too-large-for-memory", {
    file: model.fileName,
    neededBytes: String(fit.neededBytes ?? 0),
    availableBytes: String(Math.max(0, fit.machine.availableBytes - fit.machine.systemReserveBytes)),
  });
}
