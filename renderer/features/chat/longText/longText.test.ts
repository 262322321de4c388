// Long texts: folded to a beginning, and cut into parts that lose nothing.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { chunkText } from "./chunkText";
import { foldText } from "./foldText";

const texts = fc
  .array(
    fc.oneof(fc.constantFrom("\n", "\n\n", " ", "👩‍👩‍👧", "word ", "x".repeat(9_000), "line\n".repeat(250)), fc.string()),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(""));

describe("parts", () => {
  test("are together the whole text, each small enough to be laid out at once", () => {
    fc.assert(
      fc.property(texts, (text) => {
        const chunks = chunkText(text);
        expect(chunks.join("")).toBe(text);
        for (const chunk of chunks) {
          expect(chunk.length).toBeLessThanOrEqual(4_000);
          expect(chunk.split("\n").length).toBeLessThanOrEqual(101);
        }
      }),
    );
  });
  test("end with a line where they can", () => {
    const chunks = chunkText("The keeper counted the ships that passed by in the evening.\n".repeat(900));
    expect(chunks.length).toBeGreaterThan(5);
    for (const chunk of chunks) expect(chunk.endsWith("\n")).toBe(true);
  });
  test("a short text is one", () => {
    expect(chunkText("One line\nand another")).toEqual(["One line\nand another"]);
    expect(chunkText("")).toEqual([]);
  });
});

describe("folded", () => {
  test("what is short, or hardly longer than its beginning, is not", () => {
    expect(foldText("Hello")).toBeNull();
    expect(foldText("line\n".repeat(20))).toBeNull();
    expect(foldText("word ".repeat(400))).toBeNull();
  });
  test("many lines become few, and many characters too", () => {
    expect(foldText("line\n".repeat(5_000))).toBe("line\n".repeat(16).trimEnd());
    expect(foldText("word ".repeat(200_000))).toBe("word ".repeat(300).trimEnd());
  });
  test("it is a beginning of the text", () => {
    fc.assert(
      fc.property(texts, (text) => {
        const beginning = foldText(text);
        expect(text.startsWith(beginning ?? "")).toBe(true);
        expect(beginning === null ? text.length : beginning.length).toBeLessThanOrEqual(2_250);
      }),
    );
  });
});
