// How conversations are written for a model, and where that is known from.
import { z } from "zod";
import { ThinkingAbility } from "./thinking";

/**
 * "template": the file's only or default chat template. "named-template": the file has templates for purposes only, and the first of them is used.
 * "vocabulary": the file's special tokens are those of a known format. "general": nothing is known; a plain format that any model may understand.
 */
export const FormatSource = z.enum(["template", "named-template", "vocabulary", "general"]);

/** Why the file's own template is not used. "failed": it stopped with an error when a conversation was written by it. */
export const TemplateProblem = z.enum(["missing", "too-long", "unreadable", "failed", "too-slow", "loses-messages"]);
export type TemplateProblem = z.infer<typeof TemplateProblem>;

export const SpecialToken = z.strictObject({
  /** "bos", "eos", "eot", …: its key in the file (tokenizer.ggml.…_token_id). */
  use: z.string(),
  id: z.number().int(),
  text: z.string(),
});
export type SpecialToken = z.infer<typeof SpecialToken>;

/** What a chat must know of a model's format. */
export const FormatFacts = z.strictObject({
  source: FormatSource,
  /** "ChatML", "Llama 3", …; of the file's own template its name, "default" mostly. */
  name: z.string(),
  problem: TemplateProblem.nullable(),
  /** null: it does not think, as far as the file says. */
  thinking: ThinkingAbility.nullable(),
  /** The template has a place for tools. */
  hasTools: z.boolean(),
});
export type FormatFacts = z.infer<typeof FormatFacts>;

/** Part of a prompt as the model reads it. */
export const PromptPiece = z.strictObject({
  text: z.string(),
  /** Of a control token; null: text, which may be many tokens. */
  controlTokenId: z.number().int().nullable(),
});
export type PromptPiece = z.infer<typeof PromptPiece>;

/** A short sample conversation, up to where the model's next answer begins. */
export const SamplePrompt = z.strictObject({
  /** null: it cannot be switched. */
  isThinkingOn: z.boolean().nullable(),
  /** With a tool, a call of it and its result. */
  hasTool: z.boolean(),
  pieces: z.array(PromptPiece),
  /** Of the pieces together. */
  tokenCount: z.number().int(),
  /** At the end of a prompt that is too long to be shown. */
  leftOutCharacterCount: z.number().int(),
  /** Why the format cannot write this conversation; there are no pieces then. */
  problem: z.strictObject({ problem: TemplateProblem, detail: z.string() }).nullable(),
});
export type SamplePrompt = z.infer<typeof SamplePrompt>;

/** Everything about it, for a model's own page. */
export const ModelFormat = FormatFacts.extend({
  /** The source code of the template that is used, in Jinja. */
  template: z.string(),
  /** What went wrong with the file's own template, in the words of the program that read it. */
  problemDetail: z.string().nullable(),
  /** The file's own template where it is not used; null: the file has none, or one that is too long to be shown. */
  unusedTemplate: z.string().nullable(),
  hasDocuments: z.boolean(),
  hasSystemPrompt: z.boolean(),
  specialTokens: z.array(SpecialToken),
  /** One for each way in which a prompt can be asked for, the usual one first. */
  samples: z.array(SamplePrompt),
  /** As the file says: "apache-2.0". */
  licence: z.string().nullable(),
});
export type ModelFormat = z.infer<typeof ModelFormat>;
