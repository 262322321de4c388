// A cut text is a beginning, and ends where a reader would cut it.
import fc from "fast-check";
import { expect, test } from "vitest";
import { cutText } from "./cutText";

test("a text that is short enough stays whole", () => {
  expect(cutText("abc", 3)).toBe("abc");
});

test("ends after a blank or a line", () => {
  expect(cutText("one two three", 10)).toBe("one two ");
  expect(cutText("one\ntwo", 5)).toBe("one\n");
});

test("never within a character that a reader sees as one", () => {
  expect(cutText("🙂".repeat(100), 7)).toBe("🙂🙂🙂");
  expect(cutText("👩‍👩‍👧".repeat(50), 100)).toBe("👩‍👩‍👧".repeat(12));
});

test("of any text, a beginning that is no longer than it may be", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 400 }), fc.nat(500), (text, length) => {
      const cut = cutText(text, length);
      expect(text.startsWith(cut)).toBe(true);
      expect(cut.length).toBeLessThanOrEqual(Math.max(length, 0));
    }),
  );
});
