// Whether and how long a model thinks before it answers: what its template offers, and what a chat chooses.
import { z } from "zod";

/** What a model's chat template can be asked for. */
export const ThinkingAbility = z.strictObject({
  /** It can be switched on and off. */
  canSwitch: z.boolean(),
  /** What it does when it is not asked for anything. */
  isOnByDefault: z.boolean(),
  /** Degrees in the template's own words, the weakest first; empty when it has none. */
  efforts: z.array(z.string().max(64)).max(16),
});
export type ThinkingAbility = z.infer<typeof ThinkingAbility>;

/** Absent fields follow the model. What its template cannot do is ignored. */
export const ThinkingChoice = z.strictObject({
  isOn: z.boolean().optional(),
  effort: z.string().max(64).optional(),
  /** The thought is ended after so many tokens, and the answer begins. */
  budgetTokens: z.number().int().min(1).max(1_000_000).optional(),
});
export type ThinkingChoice = z.infer<typeof ThinkingChoice>;
