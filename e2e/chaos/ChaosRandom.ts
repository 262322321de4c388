// Random choices that come out the same for the same seed.
import { Random } from "../../scripts/texts/Random";

export class ChaosRandom extends Random {
  /** 0 to 1, without 1. */
  number(): number {
    return this.below(2 ** 30) / 2 ** 30;
  }

  /** undefined: there is none. */
  any<Value>(values: readonly Value[]): Value | undefined {
    return values.length === 0 ? undefined : this.of(values);
  }
}
