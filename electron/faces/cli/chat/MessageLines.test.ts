import { expect, test } from "vitest";
import { MessageLines } from "./MessageLines";

function messagesOf(...lines: (string | { pasted: string })[]): (string | null)[] {
  const reader = new MessageLines();
  return lines.map((line) => (typeof line === "string" ? reader.add(line) : reader.add(line.pasted, true)));
}

test("a line is a message", () => {
  expect(messagesOf("Hello", "", "again")).toEqual(["Hello", "", "again"]);
});

test("a backslash at the end goes on in the next line", () => {
  expect(messagesOf("one\\", "two\\", "three", "four")).toEqual([null, null, "one\ntwo\nthree", "four"]);
  expect(messagesOf("\\", "two")).toEqual([null, "\ntwo"]);
});

test("between quotes lines are kept as they are", () => {
  expect(messagesOf('"""', "if (a) {\\", "", "}", '"""', "next")).toEqual([
    null,
    null,
    null,
    null,
    "if (a) {\\\n\n}\n",
    "next",
  ]);
  expect(messagesOf('"""one', 'two"""')).toEqual([null, "one\ntwo"]);
  expect(messagesOf('"""all of it"""')).toEqual(["all of it"]);
  expect(messagesOf('""""""')).toEqual([""]);
});

test("quotes in the middle of a line are ordinary text", () => {
  expect(messagesOf('say """ twice')).toEqual(['say """ twice']);
  expect(messagesOf("one\\", '"""two')).toEqual([null, 'one\n"""two']);
});

test("lines that were pasted together are one message, with the line that is typed after them", () => {
  expect(messagesOf({ pasted: "one\\" }, { pasted: "two" }, "three")).toEqual([null, null, "one\\\ntwo\nthree"]);
});

test("a message that was begun can be thrown away", () => {
  const reader = new MessageLines();
  expect(reader.isEmpty).toBe(true);
  reader.add('"""');
  expect(reader.isEmpty).toBe(false);
  reader.clear();
  expect([reader.isEmpty, reader.add("fresh")]).toEqual([true, "fresh"]);
});
