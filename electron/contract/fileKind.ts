// What a GGUF file is, as its header says. Its name says nothing: those are the publisher's own.
import { z } from "zod";

/**
 * "model": writes text, token after token; all others cannot chat by themselves.
 * "draft": guesses tokens ahead for a model ("MTP", "EAGLE"). "projector": makes images or sound readable for a model.
 * "other": a vocabulary alone, a piece of a model, a file that does not say what it is.
 */
export const FileKind = z.enum([
  "model",
  "draft",
  "projector",
  "adapter",
  "control-vector",
  "importance-matrix",
  "embedding",
  "reranker",
  "encoder-decoder",
  "diffusion",
  "speech",
  "other",
]);
export type FileKind = z.infer<typeof FileKind>;
