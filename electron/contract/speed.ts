// How fast a model writes here: what one token costs, what this computer was measured to do, and what a person makes of both.
import { z } from "zod";

/** A chat of this length is what speeds are told for: some turns in. */
export const SPEED_CHAT_TOKENS = 1024;

/** What is computed for each token that is written, by the header of the model's file. */
export const TokenCost = z.strictObject({
  /** Bytes of weights that are read, by the name of their tensor type ("Q4_K"): of experts, those that work on a token. */
  weightBytes: z.record(z.string(), z.number()),
  /** Multiplications of attention with the tokens of a chat of SPEED_CHAT_TOKENS. */
  attentionMultiplications: z.number(),
  /** Bytes of recurrent states that are read and written. */
  stateBytes: z.number(),
  /** Tensors of the layers and the head. Each stands for some steps of the computation, which take time whatever their size. */
  tensors: z.number().int(),
});
export type TokenCost = z.infer<typeof TokenCost>;

/** What a probe measured. Seconds and bytes; each the best of several tries, as other programs only ever make it slower. */
export const MachineSpeed = z.strictObject({
  /** Weights of each measured tensor type that are read from memory and computed in a second. */
  typeBytesPerSecond: z.record(z.string(), z.number().positive()),
  attentionPerSecond: z.number().positive(),
  secondsPerTensor: z.number().nonnegative(),
  secondsPerToken: z.number().nonnegative(),
});
export type MachineSpeed = z.infer<typeof MachineSpeed>;

/**
 * People read four or five words in a second, which are six or seven tokens: a model that writes a little faster is never waited for.
 */
export const RUNS_WELL_TOKENS_PER_SECOND = 8;

/** What a person makes of a model here: "well" is faster than one reads, "slow" is not, "too-large" does not fit into memory. */
export const Runs = z.enum(["well", "slow", "too-large"]);
export type Runs = z.infer<typeof Runs>;
