// Matrices of the starter model (SmolLM2 135M) that test adapters change.
import type { ChangedMatrix } from "./deltaGguf";

const WIDTH = 576;
const FEED_FORWARD = 1536;
const LAYERS = 30;

/** Attention output and feed-forward output of every `step`-th layer. */
export function starterMatrices(step = 6): ChangedMatrix[] {
  return Array.from({ length: Math.ceil(LAYERS / step) }, (_, index) => index * step).flatMap((layer) => [
    { name: `blk.${layer}.attn_output.weight`, columns: WIDTH, rows: WIDTH },
    { name: `blk.${layer}.ffn_down.weight`, columns: FEED_FORWARD, rows: WIDTH },
  ]);
}
