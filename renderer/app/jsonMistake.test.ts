// Where JSON breaks off: agrees with JSON.parse on whether, and says where.
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { findJsonMistake } from "./jsonMistake";

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe("findJsonMistake", () => {
  test.each([
    ["", 1, 1, true],
    ["[1, 2", 1, 6, true],
    ["[1,]", 1, 4, false],
    ['{"a": 1,}', 1, 9, false],
    ["{'a': 1}", 1, 2, false],
    ['{"a" 1}', 1, 6, false],
    ['[\n  {"name": "x"}\n  {"name": "y"}\n]', 3, 3, false],
    ["[1] 2", 1, 5, false],
    ["[1}", 1, 3, false],
    ['{"a": tru}', 1, 7, false],
    ['["line\nbreak"]', 1, 2, false],
  ])("%j: line %i, column %i", (text, line, column, isAtEnd) => {
    expect(isJson(text)).toBe(false);
    expect(findJsonMistake(text)).toEqual({ line, column, isAtEnd });
  });

  it("agrees with JSON.parse, whatever is taken away, doubled or changed", () => {
    const edit = fc.record({
      at: fc.nat(),
      remove: fc.nat({ max: 2 }),
      insert: fc.constantFrom("", ",", "]", "}", '"', ":", "0", "\\", " ", "\n", "e", "["),
    });
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.option(fc.constantFrom(1, 2), { nil: undefined }),
        fc.array(edit, { maxLength: 2 }),
        (value, indent, edits) => {
          let text = JSON.stringify(value, null, indent);
          for (const { at, remove, insert } of edits) {
            const start = at % (text.length + 1);
            text = text.slice(0, start) + insert + text.slice(start + remove);
          }
          expect({ text, isJson: findJsonMistake(text) === null }).toEqual({ text, isJson: isJson(text) });
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("takes a text nested 50,000 deep", () => {
    expect(findJsonMistake("[".repeat(50_000))).toEqual({ line: 1, column: 50_001, isAtEnd: true });
  });
});
