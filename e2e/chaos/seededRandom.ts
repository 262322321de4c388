// Random choices that come out the same for the same seed.

export class SeededRandom {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** 0 to 1, without 1. mulberry32: small, and the same everywhere. */
  number(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** 0 to `limit`, without it. */
  below(limit: number): number {
    return Math.floor(this.number() * limit);
  }

  of<Value>(values: readonly Value[]): Value | undefined {
    return values[this.below(values.length)];
  }

  /** The same values in another order. */
  shuffled<Value>(values: readonly Value[]): Value[] {
    return values
      .map((value) => ({ value, place: this.number() }))
      .sort((one, other) => one.place - other.place)
      .map(({ value }) => value);
  }
}
