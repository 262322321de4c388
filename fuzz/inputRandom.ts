// Each input has random numbers of its own, so that it can be made again without those before it.
import { Random } from "../scripts/texts/Random";

export function inputRandom(kind: string, seed: number, index: number): Random {
  // FNV-1a
  let hash = 0x811c9dc5;
  for (const letter of `${kind} ${seed} ${index}`) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193);
  return new Random(hash);
}
