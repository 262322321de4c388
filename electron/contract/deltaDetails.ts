// What a delta's file says beyond its facts: asked for when somebody opens its details.
import { z } from "zod";

/** Tensors that changed and cannot travel in an adapter; more are only counted in the sum. */
export const MAX_LEFT_OUT_SHOWN = 256;

/** How it was made from its base and a fine-tune; shares are of a sum of squares, 0 to 1. */
export const MakingFacts = z.strictObject({
  fineTuneName: z.string().max(500),
  appVersion: z.string().max(40),
  /** With an importance matrix. */
  calibrated: z.boolean(),
  /** Its strength was fitted to the fine-tune's predictions afterwards, and that helped on held-out text. */
  refined: z.boolean(),
  /** Share of the carried change that it reproduces. */
  captured: z.number(),
  /** Share of the whole change that cannot travel. */
  leftOutShare: z.number(),
  /** Largest share first; empty where there are none, or too many to list. */
  leftOut: z.array(z.strictObject({ name: z.string().max(80), share: z.number() })).max(MAX_LEFT_OUT_SHOWN),
  /** Norms whose change went into the next matrices. */
  foldedNorms: z.number().int(),
  /** On held-out text: mean KL divergence in nats seen from the fine-tune, and shares of positions with its most likely token. */
  fidelity: z
    .strictObject({
      positions: z.number(),
      klBase: z.number(),
      klDelta: z.number(),
      sameTopBase: z.number(),
      sameTopDelta: z.number(),
    })
    .nullable(),
});
export type MakingFacts = z.infer<typeof MakingFacts>;

export const DeltaDetails = z.strictObject({
  /** Of the base's, that it changes. */
  weights: z.number(),
  /** Of its file, for each of them. */
  bitsPerWeight: z.number(),
  /** null: not made by Facet. */
  making: MakingFacts.nullable(),
});
export type DeltaDetails = z.infer<typeof DeltaDetails>;
