// How conversations are written for a model, and why so, as words: at the model, at an answer, on the model's own page.
import type { AnswerFacts } from "../../../electron/contract/chat";
import type { FormatFacts, TemplateProblem } from "../../../electron/contract/modelFormat";
import { t } from "../../../electron/words/language";

type Format = Pick<FormatFacts, "source" | "name" | "problem">;

/** "The model's own chat template", "ChatML, known by its special tokens", … */
export function formatSourceWords({ source, name }: Format): string {
  switch (source) {
    case "template":
      return t("The model’s own chat template");
    case "named-template":
      return t("The model’s own template “{name}”, the first one in the file", { name });
    case "vocabulary":
      return t("{name} format, recognized by the model’s special tokens", { name });
    case "general":
      return t("General format, which most models understand");
  }
}

/** Why the file's own template is not used: a sentence. */
export function templateProblemWords(problem: TemplateProblem): string {
  switch (problem) {
    case "missing":
      return t("The file has no chat template.");
    case "too-long":
      return t("The file’s chat template is too long to be a real one.");
    case "unreadable":
      return t("The file’s chat template can’t be read.");
    case "failed":
      return t("The file’s chat template stops with an error.");
    case "too-slow":
      return t("The file’s chat template takes too long.");
    case "loses-messages":
      return t("The file’s chat template leaves out messages.");
  }
}

/** "The file has no chat template. Facet uses the general format.", to be shown at a model; null: its own template is used, nothing to say. */
export function formatMark({ source, name, problem }: Format): string | null {
  if (problem === null && source !== "general") return null;
  if (problem === null) return t("General format");
  const used =
    source === "general" ? t("Facet uses the general format.") : t("Facet uses the {name} format.", { name });
  return [templateProblemWords(problem), used].join(" ");
}

/** How this answer's conversation was written, where that was not by the model's own template: "General format. …". */
export function answerFormatWords({ name, problem }: NonNullable<AnswerFacts["format"]>): string {
  const isGeneral = name === "General";
  if (problem === null) return isGeneral ? t("General format") : t("{name} format", { name });
  const used = isGeneral ? t("General format.") : t("{name} format.", { name });
  return [used, whyOnAnswer(problem)].join(" ");
}

function whyOnAnswer(problem: TemplateProblem): string {
  switch (problem) {
    case "missing":
      return t("The model’s file has no chat template.");
    case "too-long":
      return t("The model’s own template is too long to be a real one.");
    case "unreadable":
      return t("The model’s own template can’t be read.");
    case "failed":
      return t("The model’s own template failed on this conversation.");
    case "too-slow":
      return t("The model’s own template took too long for this conversation.");
    case "loses-messages":
      return t("The model’s own template leaves out messages.");
  }
}
