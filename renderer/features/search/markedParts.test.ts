// Marks become parts, also where they are odd.
import { expect, test } from "vitest";
import { markedParts } from "./markedParts";

test("found words stand apart from the rest", () => {
  expect(markedParts("sort by \u{E000}date\u{E001}, newest")).toEqual([
    { text: "sort by ", found: false },
    { text: "date", found: true },
    { text: ", newest", found: false },
  ]);
});

test("unbalanced marks lose no text", () => {
  const text = (snippet: string) =>
    markedParts(snippet)
      .map((part) => part.text)
      .join("");
  expect(text("\u{E001}a\u{E000}b\u{E000}c")).toBe("abc");
  expect(markedParts("")).toEqual([]);
});
