// How the next token is chosen, and what a chat keeps of it.
import { z } from "zod";
import { ThinkingChoice } from "./thinking";

/** Each is off by its neutral value. */
export const Sampling = z.strictObject({
  temperature: z.number().min(0).max(2),
  topP: z.number().min(0).max(1),
  /** 0 = off. */
  topK: z.number().int().min(0).max(1000),
  minP: z.number().min(0).max(1),
  /** 1 = off. This and the next two look back over the last 64 tokens. */
  repeatPenalty: z.number().min(0.5).max(2),
  /** Taken from the logit of each token that occurs there; 0 = off. */
  presencePenalty: z.number().min(-2).max(2),
  /** Taken from it as often as it occurs there; 0 = off. */
  frequencyPenalty: z.number().min(-2).max(2),
  /** "Don't repeat yourself" (oobabooga/text-generation-webui, PR 5677): strength, 0 = off; base of its growth; length that is free. */
  dryMultiplier: z.number().min(0).max(5),
  dryBase: z.number().min(1).max(4),
  dryAllowedLength: z.number().int().min(1).max(100),
  /** "Exclude top choices" (PR 6335 there): how often, 0 = off; and above which probability. */
  xtcProbability: z.number().min(0).max(1),
  xtcThreshold: z.number().min(0).max(0.5),
  /** Keeps what is at most so many standard deviations of the logits below the likeliest (arXiv 2411.07641); 0 = off. */
  topNSigma: z.number().min(0).max(10),
});
export type Sampling = z.infer<typeof Sampling>;

/** Used where the model's metadata (`general.sampling.*`) says nothing. */
export const defaultSampling: Sampling = {
  temperature: 0.7,
  topP: 0.95,
  topK: 40,
  minP: 0.05,
  repeatPenalty: 1.1,
  presencePenalty: 0,
  frequencyPenalty: 0,
  dryMultiplier: 0,
  dryBase: 1.75,
  dryAllowedLength: 2,
  xtcProbability: 0,
  xtcThreshold: 0.1,
  topNSigma: 0,
};

export const MAX_SYSTEM_PROMPT_CHARACTERS = 100_000;
export const MAX_TOOLS_CHARACTERS = 100_000;
export const MAX_STRUCTURE_CHARACTERS = 100_000;

/** What an answer must be like. */
export const AnswerStructure = z.discriminatedUnion("kind", [
  /** A JSON schema as text. */
  z.strictObject({ kind: z.literal("json-schema"), schema: z.string().max(MAX_STRUCTURE_CHARACTERS) }),
  /** A grammar in llama.cpp's GBNF (grammars/README.md). */
  z.strictObject({ kind: z.literal("grammar"), grammar: z.string().max(MAX_STRUCTURE_CHARACTERS) }),
]);
export type AnswerStructure = z.infer<typeof AnswerStructure>;

export const MAX_BIASES = 64;
export const MAX_BIAS_CHARACTERS = 200;
export const MAX_BIAS = 100;

/** Added to the logits of all tokens of `text`; -100 rules them out. */
export const LogitBias = z.strictObject({
  text: z.string().min(1).max(MAX_BIAS_CHARACTERS),
  bias: z.number().min(-MAX_BIAS).max(MAX_BIAS),
});
export type LogitBias = z.infer<typeof LogitBias>;

/** What one chat keeps. Absent sampling fields follow the model. */
export const ChatSettings = z.strictObject({
  systemPrompt: z.string().max(MAX_SYSTEM_PROMPT_CHARACTERS),
  sampling: Sampling.partial(),
  /** Absent = a new random seed for each answer. */
  seed: z.number().int().min(0).max(0xffff_ffff).optional(),
  thinking: ThinkingChoice.optional(),
  /** Tools that the model may call: a JSON list as text, in the form of OpenAI's API. */
  tools: z.string().max(MAX_TOOLS_CHARACTERS).optional(),
  /** Any of them ends the answer, and is not part of it. Thoughts are not searched for them. */
  stopTexts: z.array(z.string().min(1).max(200)).max(16).optional(),
  logitBias: z.array(LogitBias).max(MAX_BIASES).optional(),
  /** Holds for the answer, not for thoughts. */
  structure: AnswerStructure.optional(),
  /** Switched off, and kept to be switched on again. */
  setAside: z
    .strictObject({
      /** One of each kind at most; the one used last comes first. */
      structures: z.array(AnswerStructure).max(2).optional(),
      tools: z.string().max(MAX_TOOLS_CHARACTERS).optional(),
    })
    .optional(),
  /** Longest answer, in tokens. Absent = as long as the context allows. */
  maxTokens: z.number().int().min(1).max(1_000_000).optional(),
});
export type ChatSettings = z.infer<typeof ChatSettings>;

export const defaultChatSettings: ChatSettings = { systemPrompt: "", sampling: {} };
