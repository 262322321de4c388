// Ordinary text stays whole; long runs are cut, and nothing of them is lost.
import fc from "fast-check";
import { expect, it } from "vitest";
import { MAX_RUN_CHARACTERS, withoutLongRuns } from "./longRuns";

it("leaves ordinary text whole, however long", () => {
  for (const text of [
    "",
    "Hello",
    "One word after the other. ".repeat(20_000),
    "字".repeat(MAX_RUN_CHARACTERS),
    "\n\t ".repeat(300),
  ])
    expect(withoutLongRuns(text)).toEqual([text]);
});

it.each([
  ["letters", "a"],
  ["blanks", " "],
  ["line breaks", "\n"],
  ["marks", "!?"],
  ["pairs of surrogates", "😀"],
  ["letters with accents", "e\u0301"],
])("cuts a run of %s", (_, unit) => {
  const text = `Before ${unit.repeat(250_000 / unit.length)} after.`;
  const pieces = withoutLongRuns(text);
  expect(pieces.join("")).toBe(text);
  expect(pieces.length).toBeGreaterThan(200);
  expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(MAX_RUN_CHARACTERS + 20);
  expect(pieces.every((piece) => !piece.startsWith("\ude00"))).toBe(true);
});

it("loses nothing of any text, and takes time in proportion to it", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom("a", " ", "😀", "\ud83d", "\n", "字 "), fc.nat(3000)), { maxLength: 8 }),
      (runs) => {
        const text = runs.map(([unit, count]) => unit.repeat(count)).join("");
        expect(withoutLongRuns(text).join("")).toBe(text);
      },
    ),
    { numRuns: 200 },
  );
});
