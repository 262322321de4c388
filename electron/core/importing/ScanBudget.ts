// How much a search through folders may look at: shared by all its parts, so that no folder can keep the app busy. Pure.

/** A folder of a thousand models and what is beside them. */
const MAX_ENTRIES = 50_000;
/** Long enough for a slow disk, short enough to wait for. */
const MAX_MS = 8_000;
/** Files whose headers are read. */
const MAX_LOOKS = 2_000;
/** Names of folders that are shown. */
const MAX_NAMES = 20;

export class ScanBudget {
  readonly #signal: AbortSignal;
  readonly #endsAtMs: number;
  readonly #now: () => number;
  #entriesLeft: number;
  #looksLeft = MAX_LOOKS;
  #looksEndAtMs: number | null = null;
  #isPartial = false;
  readonly #leftOut: string[] = [];

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

  /**
   * Asked before the header of a file is read that was found; false = read no more. It has its own limits, so that what was found is
   * offered also where the search has used up its own.
   */
  look(): boolean {
    this.#looksEndAtMs ??= this.#now() + MAX_MS;
    if (this.#signal.aborted || this.#looksLeft <= 0 || this.#now() > this.#looksEndAtMs) {
      this.#isPartial = true;
      return false;
    }
    this.#looksLeft--;
    return true;
  }

  /** A folder was not searched, or not to its end: a limit was reached, or it is deeper than looked into. */
  leaveOut(folder: string): void {
    this.#isPartial = true;
    if (this.#leftOut.length < MAX_NAMES) this.#leftOut.push(folder);
  }

  /** The first of the folders that were left out. */
  get leftOut(): readonly string[] {
    return this.#leftOut;
  }

  get isPartial(): boolean {
    return this.#isPartial;
  }
}
