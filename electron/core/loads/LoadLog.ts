// The loads of this computer: what was predicted and what was measured.
import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { FitParts } from "../../contract/fit";
import type { ModelId } from "../../contract/ids";
import { LoadRecord, type LoadChoice } from "../../contract/loadSettings";
import type { JsonFile } from "../JsonFile";
import { entry, fields, list, setting, type ValueOf } from "../storedShape";
import { engineMemoryBytes } from "./engineMemory";

/** Enough to see how good predictions are; half a megabyte at most. */
const MAX_RECORDS = 300;
/** Until an engine was started on this computer: Electron 33 with llama.cpp's libraries on Linux. */
const USUAL_ENGINE_BYTES = 125_000_000;

/** loads.json */
export const StoredLoadLog = fields({
  /** Resident memory of the engine at its start, as measured last. */
  engineBytes: setting(z.number().min(0).nullable(), null),
  /** Newest first. */
  records: list(entry(LoadRecord), "id"),
});
export type StoredLoadLog = ValueOf<typeof StoredLoadLog>;

export interface BegunLoad {
  modelId: ModelId;
  modelName: string;
  choice: LoadChoice;
  predicted: FitParts | null;
  /** Of it, what is on GPUs. */
  onGpuBytes: number;
}

export class LoadLog {
  readonly #file: JsonFile<StoredLoadLog>;
  readonly #now: () => number;
  /** The load that is in memory. */
  #current: LoadRecord | null = null;

  constructor(file: JsonFile<StoredLoadLog>, now: () => number) {
    this.#file = file;
    this.#now = now;
  }

  /** What the next engine will take beside its model. */
  get engineBytes(): number {
    return engineMemoryBytes(this.#file.value.engineBytes ?? USUAL_ENGINE_BYTES);
  }

  get records(): readonly LoadRecord[] {
    return this.#file.value.records;
  }

  /** A model is in memory. `engineBytes`: of the engine when it started. */
  loaded(load: BegunLoad, engineBytes: number): void {
    this.#current = {
      ...this.#record(load, null),
      predicted:
        load.predicted === null ? null : { ...load.predicted, engineProcessBytes: engineMemoryBytes(engineBytes) },
    };
    void this.#file.save({ engineBytes, records: [this.#current, ...this.records].slice(0, MAX_RECORDS) });
  }

  failed(load: BegunLoad, failureCode: string): void {
    this.#current = null;
    this.#save([this.#record(load, failureCode), ...this.records].slice(0, MAX_RECORDS));
  }

  /**
   * What the engine holds, and the most it ever held; null where the system does not say. With a GPU that was the whole file, mapped while
   * it was copied there. It is on disk with the next answer.
   */
  measured(residentBytes: number, everBytes: number | null): void {
    const peakBytes = (this.#current?.onGpuBytes ?? 0) > 0 ? residentBytes : everBytes;
    if (this.#current === null || peakBytes === null || peakBytes <= (this.#current.measuredPeakBytes ?? 0)) return;
    this.#current.measuredPeakBytes = peakBytes;
  }

  /** The most that deltas have taken, adapters and room for more conversations. */
  deltas(bytes: number): void {
    const predicted = this.#current?.predicted;
    if (predicted) predicted.deltasBytes = Math.max(predicted.deltasBytes, bytes);
  }

  /** An answer ended with so many tokens in the context. */
  answered(contextUsedTokens: number): void {
    if (this.#current === null) return;
    this.#current.contextUsedTokens = Math.max(this.#current.contextUsedTokens, contextUsedTokens);
    this.#save([...this.records]);
  }

  /** The engine is gone, and what it held. */
  ended(): void {
    if (this.#current === null) return;
    this.#current = null;
    this.#save([...this.records]);
  }

  #record({ modelId, modelName, choice, predicted, onGpuBytes }: BegunLoad, failureCode: string | null): LoadRecord {
    return {
      id: randomUUID(),
      atMs: this.#now(),
      modelId,
      modelName: modelName.slice(0, 200),
      choice,
      predicted,
      onGpuBytes,
      measuredPeakBytes: null,
      contextUsedTokens: 0,
      failureCode,
    };
  }

  /** A log that cannot be written is no reason to disturb anybody. */
  #save(records: LoadRecord[]): void {
    void this.#file.save({ ...this.#file.value, records });
  }
}
