// Makes an input smaller as long as the same is wrong with it, as far as is cheap: pieces are left out, large ones first.
import type { FuzzInput } from "./FuzzKind";

const MAX_TRIES = 150;
const SMALLEST_PIECE = 1;

/** `isFaulty` tries an input. */
export async function shrink(
  input: FuzzInput,
  mostMs: number,
  isFaulty: (input: FuzzInput) => Promise<boolean>,
): Promise<FuzzInput> {
  const startedMs = performance.now();
  let best = input;
  let tries = 0;
  for (const name of Object.keys(input)) {
    for (let piece = Math.ceil((best[name]?.length ?? 0) / 2); piece >= SMALLEST_PIECE; piece = Math.floor(piece / 2)) {
      for (let at = 0; at < (best[name]?.length ?? 0);) {
        if (tries >= MAX_TRIES || performance.now() - startedMs > mostMs) return best;
        tries++;
        const bytes = best[name] ?? new Uint8Array();
        const smaller = { ...best, [name]: Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + piece)]) };
        if (await isFaulty(smaller)) best = smaller;
        else at += piece;
      }
    }
  }
  return best;
}
