// A draft says what will be sent, and a message that is edited stays what it was.
import fc from "fast-check";
import { expect, test } from "vitest";
import { draftMessage, emptyDraft, isBlank, joinDrafts, toDraft } from "./messageDraft";

const BOOK = "The keeper counted the ships that passed. ".repeat(5_000);

test("long texts come before the words of the field", () => {
  expect(draftMessage({ text: "What is this?", longTexts: ["A", "B"] })).toBe("A\n\nB\n\nWhat is this?");
  expect(draftMessage({ text: "", longTexts: ["A"] })).toBe("A");
  expect(draftMessage(emptyDraft)).toBe("");
});

test("what has no words is blank, also beside the field", () => {
  expect(isBlank({ text: " \n", longTexts: [" ".repeat(200_000)] })).toBe(true);
  expect(isBlank({ text: "", longTexts: ["A"] })).toBe(false);
});

test("of a long message, the question after it stands in the field", () => {
  expect(toDraft(`${BOOK}\n\nWho counts?`)).toEqual({ text: "Who counts?", longTexts: [BOOK] });
  expect(toDraft(BOOK)).toEqual({ text: "", longTexts: [BOOK] });
  expect(toDraft("Short\n\nand good")).toEqual({ text: "Short\n\nand good", longTexts: [] });
});

test("an edited message is sent as it was when nothing was changed", () => {
  const parts = fc.constantFrom("\n", "\n\n", " ", "a", BOOK);
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 6 }), (some) => {
      const message = some.join("");
      expect(draftMessage(toDraft(message)) === message).toBe(true);
    }),
  );
});

test("words that come back stand before those written since", () => {
  expect(joinDrafts({ text: "first", longTexts: ["A"] }, { text: "then", longTexts: ["B"] })).toEqual({
    text: "first\nthen",
    longTexts: ["A", "B"],
  });
  expect(joinDrafts({ text: "first", longTexts: [] }, emptyDraft)).toEqual({ text: "first", longTexts: [] });
});
