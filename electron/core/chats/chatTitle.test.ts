// Titles made from first messages, hostile ones included.
import { expect, it } from "vitest";
import { MAX_TITLE_CHARACTERS } from "../../contract/chat";
import { titleFromText } from "./chatTitle";

it.each([
  ["Hello", "Hello"],
  ["  two\n lines\t here ", "two lines here"],
  ["", "New chat"],
  ["\u202E\u200B\0", "New chat"],
  ["Explain how the key-value cache of a transformer grows with context", "Explain how the key-value cache of a…"],
  ["x".repeat(1_000_000), `${"x".repeat(48)}…`],
  ["🙂".repeat(100), `${"🙂".repeat(48)}…`],
])("%#", (text, title) => {
  expect(titleFromText(text)).toBe(title);
  expect(titleFromText(text).length).toBeLessThanOrEqual(MAX_TITLE_CHARACTERS);
});
