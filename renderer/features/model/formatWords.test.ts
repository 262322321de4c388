// Formats and problems of templates as words.
import { expect, test } from "vitest";
import { FormatSource, TemplateProblem } from "../../../electron/contract/modelFormat";
import { answerFormatWords, formatMark, formatSourceWords, templateProblemWords } from "./formatWords";

test("a model with its own template that works has no mark", () => {
  expect(formatMark({ source: "template", name: "default", problem: null })).toBeNull();
  expect(formatMark({ source: "named-template", name: "tool_use", problem: null })).toBeNull();
});

test("any other model says what is used, and why", () => {
  expect(formatMark({ source: "general", name: "General", problem: "missing" })).toBe(
    "The file has no chat template. Facet uses the general format.",
  );
  expect(formatMark({ source: "vocabulary", name: "ChatML", problem: "failed" })).toBe(
    "The file’s chat template stops with an error. Facet uses the ChatML format.",
  );
  expect(formatMark({ source: "general", name: "General", problem: null })).toBe("General format");
});

test("an answer says how its conversation was written", () => {
  expect(answerFormatWords({ name: "General", problem: "failed" })).toBe(
    "General format. The model’s own template failed on this conversation.",
  );
  expect(answerFormatWords({ name: "ChatML", problem: "missing" })).toBe(
    "ChatML format. The model’s file has no chat template.",
  );
  expect(answerFormatWords({ name: "Llama 3", problem: null })).toBe("Llama 3 format");
});

test("every source and every problem has words of its own", () => {
  const sources = FormatSource.options.map((source) => formatSourceWords({ source, name: "ChatML", problem: null }));
  const problems = TemplateProblem.options.flatMap((problem) => [
    templateProblemWords(problem),
    answerFormatWords({ name: "General", problem }),
  ]);
  for (const words of [sources, problems]) expect(new Set(words).size).toBe(words.length);
});
