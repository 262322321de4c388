// How conversations are written for a model, and why so, as words: at the model, at an answer, on the model's own page.
import type { AnswerFacts } from "../../../electron/contract/chat";
import type { FormatFacts, TemplateProblem } from "../../../electron/contract/modelFormat";

type Format = Pick<FormatFacts, "source" | "name" | "problem">;

/** "The model's own chat template", "ChatML, known by its special tokens", … */
export function formatSourceWords({ source, name }: Format): string {
  switch (source) {
    case "template":
      return "The model's own chat template";
    case "named-template":
      return `The model's own template “${name}”, the first of those in the file`;
    case "vocabulary":
      return `${name} format, which the model's special tokens belong to`;
    case "general":
      return "General format, which any model may understand";
  }
}

/** Why the file's own template is not used. */
export function templateProblemWords(problem: TemplateProblem): string {
  switch (problem) {
    case "missing":
      return "No chat template in the file";
    case "too-long":
      return "The file's chat template is too long to be a real one";
    case "unreadable":
      return "The file's chat template cannot be read";
    case "failed":
      return "The file's chat template stops with an error";
    case "too-slow":
      return "The file's chat template takes too long";
    case "loses-messages":
      return "The file's chat template leaves out messages";
  }
}

/** "No chat template in the file; general format", to be shown at a model; null: its own template is used, nothing to say. */
export function formatMark({ source, name, problem }: Format): string | null {
  if (problem === null && source !== "general") return null;
  const used = source === "general" ? "general format" : `${name} format`;
  return problem === null ? "General format" : `${templateProblemWords(problem)}; ${used}`;
}

/** How this answer's conversation was written, where that was not by the model's own template: "Written in the general format: …". */
export function answerFormatWords({ name, problem }: NonNullable<AnswerFacts["format"]>): string {
  const written = `Written in the ${name === "General" ? "general" : name} format`;
  return problem === null ? written : `${written}: ${whyOnAnswer(problem)}`;
}

function whyOnAnswer(problem: TemplateProblem): string {
  switch (problem) {
    case "missing":
      return "the model's file has no chat template";
    case "too-long":
      return "the model's own template is too long to be a real one";
    case "unreadable":
      return "the model's own template cannot be read";
    case "failed":
      return "the model's own template failed on this conversation";
    case "too-slow":
      return "the model's own template took too long for this conversation";
    case "loses-messages":
      return "the model's own template leaves out messages";
  }
}
