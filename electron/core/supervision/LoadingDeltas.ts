// Deltas that the engine is bringing into memory, and the note of them on disk: if it ends meanwhile, they are to blame. Pure.
import type { DeltaId, RequestId } from "../../contract/ids";

/** The library of deltas, as far as it remembers what ended the engine. */
export interface DeltaNotes {
  /** A note on disk that outlives a crash: these are being brought into memory. */
  noteLoading(deltaIds: readonly DeltaId[]): Promise<void>;
  /** They are in memory, or nobody tries any more. */
  clearNote(): void;
  /** The engine died or hung while it brought these into memory. */
  crashed(deltaIds: readonly DeltaId[]): void;
}

export class LoadingDeltas {
  readonly #notes: DeltaNotes;
  /** By request: the engine may still be loading them when its answer was stopped. */
  readonly #loading = new Map<RequestId, readonly DeltaId[]>();

  constructor(notes: DeltaNotes) {
    this.#notes = notes;
  }

  get isEmpty(): boolean {
    return this.#loading.size === 0;
  }

  /** Resolves when the note is on disk. */
  begin(requestId: RequestId, deltaIds: readonly DeltaId[]): Promise<void> {
    this.#loading.set(requestId, deltaIds);
    return this.#notes.noteLoading(this.#all());
  }

  /** The engine is done with them: what happens from here on is not the fault of loading them. */
  settled(requestId: RequestId): void {
    if (!this.#loading.delete(requestId)) return;
    if (this.isEmpty) this.#notes.clearNote();
    else void this.#notes.noteLoading(this.#all());
  }

  /** The process ends, and loading them was not the reason. */
  forget(): void {
    if (this.isEmpty) return;
    this.#loading.clear();
    this.#notes.clearNote();
  }

  /** The process ended, or has to be ended, while it loaded them: they are not used until they are chosen again. */
  blame(): void {
    if (this.isEmpty) return;
    this.#notes.crashed(this.#all());
    this.#loading.clear();
  }

  #all(): DeltaId[] {
    return [...new Set([...this.#loading.values()].flat())];
  }
}
