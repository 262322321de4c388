// On what the next engine or fit process starts, and what became of it: a GPU whose program ended or hung at the start is left alone
// until something changes or the user asks for it.
import { z } from "zod";
import {
  GpuDevices,
  ON_PROCESSOR,
  startOf,
  type GpuChoice,
  type GpuDevice,
  type GpuStart,
  type GpuState,
} from "../../contract/gpu";
import { failure, type Failure } from "../../contract/failure";
import type { JsonFile } from "../JsonFile";
import { fields, setting, type ValueOf } from "../storedShape";

const MAX_CAUSE_LENGTH = 500;
const Conditions = z.string().max(200);

/** gpu.json */
export const StoredGpu = fields({
  /** Those that were seen last, for the choice in Settings. */
  devices: setting(GpuDevices, []),
  /** Why, and under which conditions, no GPU is started. */
  unused: setting(
    z
      .strictObject({
        conditions: Conditions,
        why: z.enum(["failed", "missing"]),
        cause: z.string().max(MAX_CAUSE_LENGTH),
      })
      .nullable(),
    null,
  ),
  /** The conditions under which a GPU has written an answer: from then on its programs are prepared. */
  proven: setting(Conditions.nullable(), null),
});
export type StoredGpu = ValueOf<typeof StoredGpu>;

export interface GpuStartsOptions {
  file: JsonFile<StoredGpu>;
  choice: () => GpuChoice;
  /** Cards, drivers and this version of Facet. */
  conditions: () => string;
  /** A process that was to use a GPU computes on the processor: others were started for the GPU, and plans made with it. */
  onUnused: () => void;
  onChanged: (state: GpuState) => void;
  onNotice: (failure: Failure) => void;
}

export class GpuStarts {
  readonly #options: GpuStartsOptions;

  constructor(options: GpuStartsOptions) {
    this.#options = options;
  }

  next(): GpuStart {
    const start = startOf(this.#options.choice());
    return this.#unused(start) === null ? start : ON_PROCESSOR;
  }

  /** Its first answer on a GPU may take minutes: the driver makes its programs for the card. */
  get isProven(): boolean {
    return this.#stored.proven === this.#conditions(this.next());
  }

  get state(): GpuState {
    const unused = this.#unused(startOf(this.#options.choice()));
    return {
      devices: this.#stored.devices,
      unused: unused === null ? null : { why: unused.why, cause: unused.cause },
    };
  }

  /** A process that was started so says what it sees. */
  started(start: GpuStart, devices: readonly GpuDevice[]): void {
    if (devices.length === 0) {
      // The processor has nothing to prepare.
      this.#prove(start);
      return;
    }
    // Of a process that sees one of several, the others are known from before.
    if (start.index === null) this.#save({ devices: [...devices] });
    const choice = this.#options.choice();
    const [seen] = devices;
    if (choice.kind === "gpu" && start.index !== null && seen !== undefined && seen.name !== choice.name)
      this.#options.onNotice(failure("gpu-is-another", { gpu: choice.name, other: seen.name }));
  }

  /** Its program ended or hung, and on the processor all is well. */
  failed(start: GpuStart, cause: string): void {
    if (this.#leave(start, "failed", cause)) this.#options.onNotice(failure("gpu-start-failed", undefined, cause));
  }

  /** There is a program for GPUs, and none to be seen. Only who has chosen one is told. */
  missing(start: GpuStart): void {
    const choice = this.#options.choice();
    if (this.#leave(start, "missing", "") && choice.kind === "gpu")
      this.#options.onNotice(failure("gpu-missing", { gpu: choice.name }));
  }

  /** An answer was written with a GPU. */
  answered(): void {
    this.#prove(this.next());
  }

  /** The user asks for it. */
  tryAgain(): void {
    this.#save({ unused: null });
  }

  #prove(start: GpuStart): void {
    const conditions = this.#conditions(start);
    if (start.backend !== "processor" && this.#stored.proven !== conditions) this.#save({ proven: conditions });
  }

  get #stored(): StoredGpu {
    return this.#options.file.value;
  }

  #unused(start: GpuStart): StoredGpu["unused"] {
    const { unused } = this.#stored;
    return start.backend !== "processor" && unused?.conditions === this.#conditions(start) ? unused : null;
  }

  #conditions({ backend, index }: GpuStart): string {
    return [this.#options.conditions(), backend, index ?? "all"].join(" ");
  }

  /** False: another process has found it out before. */
  #leave(start: GpuStart, why: "failed" | "missing", cause: string): boolean {
    if (this.#unused(start) !== null) return false;
    this.#save({ unused: { conditions: this.#conditions(start), why, cause: cause.slice(0, MAX_CAUSE_LENGTH) } });
    this.#options.onUnused();
    return true;
  }

  /** It counts from now on, also where the disk takes no note. */
  #save(change: Partial<StoredGpu>): void {
    void this.#options.file.save({ ...this.#stored, ...change });
    this.#options.onChanged(this.state);
  }
}
