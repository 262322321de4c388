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
    "No chat template in the file; general format",
  );
  expect(formatMark({ source: "vocabulary", name: "ChatML", problem: "failed" })).toBe(
    "The file's chat template stops with an error; ChatML format",
  );
  expect(formatMark({ source: "general", name: "General", problem: null })).toBe("General format");
});

test("an answer says how its conversation was written", () => {
  expect(answerFormatWords({ name: "General", problem: "failed" })).toBe(
    "Written in the general format: the model's own template failed on this conversation",
  );
  expect(answerFormatWords({ name: "ChatML", problem: "missing" })).toBe(
    "Written in the ChatML format: the model's file has no chat template",
  );
  expect(answerFormatWords({ name: "Llama 3", problem: null })).toBe("Written in the Llama 3 format");
});

test("every source and every problem has words of its own", () => {
  const sources = FormatSource.options.map((source) => formatSourceWords({ source, name: "ChatML", problem: null }));
  const problems = TemplateProblem.options.flatMap((problem) => [
    templateProblemWords(problem),
    answerFormatWords({ name: "General", problem }),
  ]);
  for (const words of [sources, problems]) expect(new Set(words).size).toBe(words.length);
});
