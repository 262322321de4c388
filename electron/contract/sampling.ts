// How the next token is chosen, and what a chat keeps of it.
import { z } from "zod";

/** Every field null = "what the model's own metadata suggests" (SamplingDefaults), shown as such in the side panel. */
export const Sampling = z.strictObject({
  temperature: z.number().min(0).max(2),
  topP: z.number().min(0).max(1),
  /** 0 = off. */
  topK: z.number().int().min(0).max(1000),
  minP: z.number().min(0).max(1),
  /** 1 = off. Looks back over the last 64 tokens. */
  repeatPenalty: z.number().min(0.5).max(2),
});
export type Sampling = z.infer<typeof Sampling>;

/** Used where the model's metadata (`general.sampling.*`) says nothing. */
export const defaultSampling: Sampling = {
  temperature: 0.7,
  topP: 0.95,
  topK: 40,
  minP: 0.05,
  repeatPenalty: 1.1,
};

export const MAX_SYSTEM_PROMPT_CHARACTERS = 100_000;

/** What one chat keeps. Absent sampling fields follow the model. */
export const ChatSettings = z.strictObject({
  systemPrompt: z.string().max(MAX_SYSTEM_PROMPT_CHARACTERS),
  sampling: Sampling.partial(),
  /** Absent = a new random seed for each answer. */
  seed: z.number().int().min(0).max(0xffff_ffff).optional(),
  /** Longest answer, in tokens. Absent = as long as the context allows. */
  maxTokens: z.number().int().min(1).max(1_000_000).optional(),
});
export type ChatSettings = z.infer<typeof ChatSettings>;

export const defaultChatSettings: ChatSettings = { systemPrompt: "", sampling: {} };
