// Which chunks of a file are on the disk, and which run of chunks a connection takes next. Pure.

/** One byte per chunk, as in the .chunks file. */
export const MISSING = 0;
/** Handed to the system: survives the death of the app. */
export const WRITTEN = 1;
/** On the disk itself: survives the loss of power. */
export const SYNCED = 2;

/**
 * A connection asks for as much as this in one request: long enough that the round trip between
 * requests is lost in it, short enough that the head of the file stays close behind for hashing, and
 * that Windows, which fills the gap before a far write with zeros, has little to fill.
 */
const MAX_RUN_BYTES = 256 * 1024 * 1024;

export class ChunkMap {
  readonly states: Uint8Array;
  readonly sizeBytes: number;
  readonly chunkBytes: number;
  readonly #taken: Uint8Array;
  #contiguous = 0;
  #missing: number;

  constructor(sizeBytes: number, chunkBytes: number, states: Uint8Array) {
    if (states.length !== chunkCount(sizeBytes, chunkBytes)) throw new RangeError("a chunk map of another file");
    this.sizeBytes = sizeBytes;
    this.chunkBytes = chunkBytes;
    this.states = states;
    this.#taken = new Uint8Array(states.length);
    this.#missing = states.reduce((sum, state, chunk) => sum + (state === MISSING ? this.#lengthOf(chunk) : 0), 0);
  }

  /** Everything before this byte is there. */
  get contiguousBytes(): number {
    while (this.#contiguous < this.states.length && this.states[this.#contiguous] !== MISSING) this.#contiguous++;
    return this.startOf(this.#contiguous);
  }

  get missingBytes(): number {
    return this.#missing;
  }

  startOf(chunk: number): number {
    return Math.min(chunk * this.chunkBytes, this.sizeBytes);
  }

  /**
   * The first free chunks, from `first` to before `end`, now the caller's; null when none is free.
   * Runs grow shorter towards the end, so that no connection is left alone with a long one.
   */
  takeRun(connections: number): { first: number; end: number } | null {
    const isFree = (chunk: number): boolean => this.states[chunk] === MISSING && this.#taken[chunk] === 0;
    let first = 0;
    while (first < this.states.length && !isFree(first)) first++;
    if (first === this.states.length) return null;
    let free = 0;
    for (let chunk = first; chunk < this.states.length; chunk++) if (isFree(chunk)) free++;
    const longest = Math.min(
      Math.ceil(MAX_RUN_BYTES / this.chunkBytes),
      Math.max(1, Math.ceil(free / (2 * connections))),
    );
    let end = first;
    while (end < this.states.length && end - first < longest && isFree(end)) this.#taken[end++] = 1;
    return { first, end };
  }

  markWritten(chunk: number): void {
    if (this.states[chunk] !== MISSING) return;
    this.states[chunk] = WRITTEN;
    this.#missing -= this.#lengthOf(chunk);
  }

  #lengthOf(chunk: number): number {
    return this.startOf(chunk + 1) - this.startOf(chunk);
  }
}

export function chunkCount(sizeBytes: number, chunkBytes: number): number {
  return Math.ceil(sizeBytes / chunkBytes);
}
