// From what a token costs and what this computer was measured to do, to tokens in a second. Pure.
import { RUNS_WELL_TOKENS_PER_SECOND, type MachineSpeed, type Runs, type TokenCost } from "../../contract/speed";

/**
 * Types that are not measured themselves: the bytes of them in a second, as a share of those of another that is about as much work.
 * Measured on one core with AVX-512, with 250 MB of each.
 */
const derived: ReadonlyMap<string, { from: string; share: number }> = new Map([
  ["Q4_1", { from: "Q4_0", share: 0.94 }],
  ["IQ4_NL", { from: "Q4_0", share: 0.8 }],
  ["Q2_K", { from: "Q4_K", share: 0.7 }],
  ["Q3_K", { from: "Q4_K", share: 0.53 }],
  ["IQ4_XS", { from: "Q5_K", share: 0.93 }],
  ["Q5_1", { from: "Q5_K", share: 0.98 }],
  ["IQ3_S", { from: "Q5_K", share: 0.34 }],
  ["IQ3_XXS", { from: "Q5_K", share: 0.31 }],
  ["IQ2_S", { from: "Q5_K", share: 0.37 }],
  ["IQ2_XS", { from: "Q5_K", share: 0.34 }],
  ["IQ2_XXS", { from: "Q5_K", share: 0.3 }],
  ["IQ1_M", { from: "Q5_K", share: 0.25 }],
  ["IQ1_S", { from: "Q5_K", share: 0.23 }],
  ["NVFP4", { from: "MXFP4", share: 1.06 }],
  ["BF16", { from: "F16", share: 0.75 }],
  ["F32", { from: "F16", share: 1 }],
]);
/** What is in neither list: rare, and not rearranged for the processor. */
const USUAL = { from: "Q5_K", share: 0.9 };
/** States and caches are read as they are: what is nearest to it is 16-bit weights. */
const PLAIN_TYPE = "F16";

/** Tokens in a second, in a chat of SPEED_CHAT_TOKENS on a computer that does nothing else. */
export function predictSpeed(cost: TokenCost, speed: MachineSpeed): number {
  const weights = Object.entries(cost.weightBytes).reduce(
    (seconds, [typeName, bytes]) => seconds + bytes / bytesPerSecond(typeName, speed),
    0,
  );
  return (
    1 /
    (speed.secondsPerToken +
      cost.tensors * speed.secondsPerTensor +
      weights +
      cost.stateBytes / bytesPerSecond(PLAIN_TYPE, speed) +
      cost.attentionMultiplications / speed.attentionPerSecond)
  );
}

/** Of a model that fits. */
export function runsAt(tokensPerSecond: number): Runs {
  return tokensPerSecond >= RUNS_WELL_TOKENS_PER_SECOND ? "well" : "slow";
}

function bytesPerSecond(typeName: string, { typeBytesPerSecond }: MachineSpeed): number {
  const measured = typeBytesPerSecond[typeName];
  if (measured !== undefined) return measured;
  const { from, share } = derived.get(typeName) ?? USUAL;
  const source = typeBytesPerSecond[from];
  if (source === undefined) throw new Error(`${from} was not measured`);
  return source * share;
}
