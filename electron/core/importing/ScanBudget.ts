// How much a search through folders may look at: shared by all its parts, so that no folder can keep the app busy. Pure.

/** A folder of a thousand models and what is beside them. */
const MAX_ENTRIES = 50_000;
/** Long enough for a slow disk, short enough to wait for. */
const MAX_MS = 8_000;

export class ScanBudget {
  readonly #signal: AbortSignal;
  readonly #endsAtMs: number;
  readonly #now: () => number;
  #entriesLeft: number;
  #isPartial = false;

  constructor(signal: AbortSignal, now: () => number = () => performance.now(), maxEntries = MAX_ENTRIES) {
    this.#signal = signal;
    this.#now = now;
    this.#endsAtMs = now() + MAX_MS;
    this.#entriesLeft = maxEntries;
  }

  /** Asked before each entry is looked at; false = look at nothing more. */
  spend(): boolean {
    if (this.#signal.aborted || this.#entriesLeft <= 0 || this.#now() > this.#endsAtMs) {
      this.#isPartial = true;
      return false;
    }
    this.#entriesLeft--;
    return true;
  }

  /** Something was left out: a limit was reached, or a folder was deeper than looked into. */
  leaveOut(): void {
    this.#isPartial = true;
  }

  get isPartial(): boolean {
    return this.#isPartial;
  }
}
