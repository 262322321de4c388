// Plans each load with the estimator, remembers what the user set, and keeps what was predicted and measured.
import type { AnswerFacts } from "../../contract/chat";
import type { EngineDeltas } from "../../contract/deltas";
import type { FitMachine } from "../../contract/fit";
import type { ProcessMemory } from "../../contract/engineProtocol";
import type { EngineState } from "../../contract/engineState";
import type { Outcome } from "../../contract/failure";
import type { ModelId } from "../../contract/ids";
import {
  automaticLoadSettings,
  type LoadPlan,
  type LoadRecord,
  type LoadSettings,
  type LoadSettingsView,
} from "../../contract/loadSettings";
import type { LoadedModel } from "../../contract/model";
import type { Estimator } from "../estimator/Estimator";
import type { FitModel } from "../estimator/FitQuestions";
import { roomBesideLoaded } from "../estimator/judgeFit";
import { planLoad, type PlannedLoad } from "../estimator/planLoad";
import { deltasMemoryBytes } from "./engineMemory";
import type { LoadLog } from "./LoadLog";
import type { LoadSettingsStore } from "./LoadSettingsStore";
import type { ModelFile } from "../ModelLibrary";

/** What a load for lack of memory looks like: the next one asks for less. */
const SHORT_OF_MEMORY: ReadonlySet<string> = new Set(["model-load-failed", "engine-out-of-memory", "engine-crashed"]);

export interface LoadsOptions {
  estimator: Pick<Estimator, "judge" | "unknown">;
  /** What the estimator reads of an installed model. */
  fitModelOf: (file: ModelFile) => Promise<Outcome<FitModel>>;
  settings: LoadSettingsStore;
  log: LoadLog;
  /** There are fine-tunes in the library. */
  hasDeltas: () => boolean;
  now: () => number;
}

interface Begun {
  modelId: ModelId;
  modelName: string;
  plan: LoadPlan;
}

export class Loads {
  readonly #options: LoadsOptions;
  /** The load that was asked for last. */
  #begun: Begun | null = null;
  #lastState: EngineState["kind"] = "idle";
  /** Of the model in memory, before deltas wanted more. */
  #contextBytes = 0;

  constructor(options: LoadsOptions) {
    this.#options = options;
  }

  /** `settings`: instead of those that are kept for this model. */
  async plan(file: ModelFile, settings?: LoadSettings): Promise<PlannedLoad> {
    const { settings: store } = this.#options;
    return this.#plan(file, settings ?? store.settings(file.model.id));
  }

  async view(file: ModelFile): Promise<LoadSettingsView> {
    const { settings: store } = this.#options;
    const settings = store.settings(file.model.id);
    const { plan, layers } = await this.#plan(file, settings);
    const automatic = (await this.#plan(file, automaticLoadSettings)).plan;
    return {
      modelId: file.model.id,
      settings,
      plan,
      automatic,
      lastFailure: store.lastFailure(file.model.id),
      cores: plan.fit.machine.cores,
      layers,
    };
  }

  save(id: ModelId, settings: LoadSettings): Promise<Outcome<unknown>> {
    return this.#options.settings.saveSettings(id, settings);
  }
  forget(id: ModelId): Promise<void> {
    return this.#options.settings.drop(id);
  }

  records(): readonly LoadRecord[] {
    return this.#options.log.records;
  }

  /** The engine was told to load this. */
  begun(file: ModelFile, plan: LoadPlan): void {
    this.#begun = { modelId: file.model.id, modelName: file.model.name, plan };
  }

  async loaded({ modelId, choice, memory }: LoadedModel): Promise<void> {
    const { log, settings } = this.#options;
    const begun = this.#begun?.modelId === modelId ? this.#begun : null;
    if (begun === null) return;
    this.#contextBytes = memory.contextBytes;
    const isAsPlanned = begun.plan.choice.contextSizeTokens === choice.contextSizeTokens;
    log.loaded(
      {
        modelId,
        modelName: begun.modelName,
        choice,
        predicted: isAsPlanned ? begun.plan.fit.parts : null,
        onGpuBytes: begun.plan.fit.onGpuBytes,
      },
      memory.baseBytes,
    );
    await settings.saveFailure(modelId, null);
  }

  /** Keeps in mind a load that failed, so that the next plan asks for less. */
  async engineChanged(state: EngineState): Promise<void> {
    const { log, settings, now } = this.#options;
    const before = this.#lastState;
    this.#lastState = state.kind;
    if (state.kind === "crashed" || state.kind === "idle") log.ended();
    if (state.kind === "crashed" && state.failure.code === "engine-out-of-gpu-memory")
      await this.#gpuMemoryRanOut(state.modelId);
    const diedOfLoad = state.kind === "crashed" && (before === "loading" || before === "starting");
    if (state.kind !== "load-failed" && !diedOfLoad) return;
    const begun = this.#begun?.modelId === state.modelId ? this.#begun : null;
    if (begun === null || !SHORT_OF_MEMORY.has(state.failure.code)) return;
    const { modelId, modelName, plan } = begun;
    log.failed(
      { modelId, modelName, choice: plan.choice, predicted: plan.fit.parts, onGpuBytes: plan.fit.onGpuBytes },
      state.failure.code,
    );
    await settings.saveFailure(modelId, { atMs: now(), failure: state.failure, choice: plan.choice });
  }

  memory({ residentBytes, peakResidentBytes }: ProcessMemory): void {
    this.#options.log.measured(residentBytes, peakResidentBytes);
  }

  /** With none of it on the GPU it was something else. */
  async #gpuMemoryRanOut(modelId: ModelId | null): Promise<void> {
    const begun = this.#begun?.modelId === modelId ? this.#begun : null;
    const layers = begun?.plan.choice.gpuLayers ?? 0;
    if (begun !== null && layers > 0) await this.#options.settings.saveGpuLayersThatFailed(begun.modelId, layers);
  }

  /** Adapters that are in memory now, and the conversations that the context grew by with the first of them. */
  deltas(inEngine: EngineDeltas | null): void {
    if (inEngine !== null) this.#options.log.deltas(deltasMemoryBytes(inEngine, this.#contextBytes));
  }

  /**
   * What is left for further fine-tunes beside a model in memory, once its context is read to its end and holds the conversations
   * planned for them; null = not known.
   */
  roomForDeltas(modelId: ModelId, machine: FitMachine, inEngine: EngineDeltas | null): number | null {
    const begun = this.#begun?.modelId === modelId ? this.#begun : null;
    if (begun === null || begun.plan.fit.parts === null || machine.availableBytes === 0) return null;
    const { choice, fit, conversationsWithDeltas, moreConversationsBytes } = begun.plan;
    const growthBytes = choice.conversations < conversationsWithDeltas ? moreConversationsBytes : 0;
    const adaptersBytes = inEngine === null ? 0 : deltasMemoryBytes(inEngine, inEngine.contextBytes);
    return roomBesideLoaded(fit, machine, growthBytes + adaptersBytes);
  }

  answered({ contextUsedTokens }: AnswerFacts): void {
    this.#options.log.answered(contextUsedTokens);
  }

  async #plan(file: ModelFile, settings: LoadSettings): Promise<PlannedLoad> {
    const { estimator, fitModelOf, settings: store, hasDeltas } = this.#options;
    const model = await fitModelOf(file);
    return planLoad({
      settings,
      hasDeltas: hasDeltas(),
      lastFailure: store.lastFailure(file.model.id),
      gpuLayersThatFailed: store.gpuLayersThatFailed(file.model.id),
      // A file that cannot even be looked at: the engine will say what is wrong with it.
      judge: (question, extent) =>
        model.ok
          ? estimator.judge(model.value, question, { extent, isUrgent: true })
          : estimator.unknown(question, model.failure),
    });
  }
}
