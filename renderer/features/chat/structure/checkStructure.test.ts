// The window says what the engine would say, and where.
import { expect, test } from "vitest";
import type { AnswerStructure } from "../../../../electron/contract/sampling";
import { checkStructure, ignoredKeywordsText } from "./checkStructure";

test.each<[AnswerStructure["kind"], string, string | null]>([
  ["json-schema", "", null],
  ["json-schema", '{"type":"object"}', null],
  ["json-schema", '{\n"type":', "This isn’t JSON yet: the end is missing."],
  ["json-schema", '{\n"type" 1}', "This isn’t JSON. Check line 2, column 8."],
  ["json-schema", "[1]", "A schema is an object, in braces."],
  [
    "json-schema",
    '{"properties":{"a":{"type":"text"}}}',
    "In “a”: “type” must be one of object, array, string, number, integer, boolean, null.",
  ],
  ["grammar", " \n", null],
  ["grammar", 'root ::= "yes" | no\nno ::= "no"', null],
  ["grammar", 'root ::= "yes"\n  | none', "Line 2, column 3: A rule’s name is expected, in letters, digits and -."],
  ["grammar", 'root ::= "yes" | none', "Line 1, column 18: There is no rule with the name none."],
])("%s %j: %s", (kind, text, mistake) => {
  expect(checkStructure(kind, text).mistake).toBe(mistake);
});

test("keywords that an answer is not held to are named", () => {
  const { mistake, ignored } = checkStructure("json-schema", '{"type":"string","pattern":"a"}');
  expect(mistake).toBeNull();
  expect(ignoredKeywordsText(ignored)).toBe("Answers don’t have to follow “pattern”.");
});

test("a long grammar is checked while it is typed", () => {
  const rules = Array.from({ length: 1900 }, (_, index) => `r${index} ::= "a" | r${index + 1} "b"`).join("\n");
  const startedMs = performance.now();
  expect(checkStructure("grammar", `root ::= r0\n${rules}\nr1900 ::= "c"`).mistake).toBeNull();
  expect(performance.now() - startedMs).toBeLessThan(1000);
});
