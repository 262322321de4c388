// What is typed is what ends an answer, and comes back as it was typed.
import fc from "fast-check";
import { expect, it } from "vitest";
import { readStopTexts, writeStopTexts } from "./stopTexts";

it("keeps every text", () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.string({ minLength: 1, maxLength: 50 }).filter((text) => !/[\r\u2028\u2029]/u.test(text)),
        { maxLength: 16 },
      ),
      (texts) => {
        expect(readStopTexts(writeStopTexts(texts))).toEqual({ ok: true, texts });
      },
    ),
  );
});

it("takes a line for a text, and \\\\n for a line break", () => {
  expect(readStopTexts("User:\n\n\\n\\n###")).toEqual({ ok: true, texts: ["User:", "\n\n###"] });
});

it("says what is too much", () => {
  expect(readStopTexts(Array.from({ length: 17 }, (_, index) => `stop ${index}`).join("\n"))).toEqual({
    ok: false,
    mistake: "At most 16 texts.",
  });
  expect(readStopTexts(`a\n${"b".repeat(201)}`)).toEqual({
    ok: false,
    mistake: "Text 2 is longer than 200 characters.",
  });
});
