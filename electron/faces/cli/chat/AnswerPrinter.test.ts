import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import type { MessagePart } from "../../../contract/parts";
import { Output } from "../Output";
import { AnswerPrinter } from "./AnswerPrinter";

const text = (words: string): MessagePart => ({ kind: "text", text: words });
const thought = (words: string): MessagePart => ({ kind: "thought", text: words, durationMs: null });

function printed(isTTY: boolean, ...steps: MessagePart[][]): string {
  let written = "";
  const stream = { isTTY, columns: 80, write: (words: string) => (written += words) };
  const printer = new AnswerPrinter(new Output({ stdout: stream, stderr: stream, isJson: false }));
  for (const parts of steps) printer.print(parts);
  printer.end();
  // Once is enough, however often it is said.
  printer.end();
  return written;
}

test("each call writes what is new, and the end completes the line", () => {
  expect(printed(false, [text("One")], [text("One, two")], [text("One, two")])).toBe("One, two\n");
  expect(printed(false, [text("One\n")])).toBe("One\n");
  expect(printed(false)).toBe("");
});

test("a pipe gets no thoughts", () => {
  expect(printed(false, [thought("Hm")], [thought("Hm, well"), text("Yes")])).toBe("Yes\n");
});

test("on a terminal thoughts are dim, line by line, and the answer begins after an empty line", () => {
  const written = printed(true, [thought("Hm")], [thought("Hm\nwell")], [thought("Hm\nwell"), text("Yes")]);
  expect(stripVTControlCharacters(written)).toBe("Hm\nwell\n\nYes\n");
  expect(written).toContain("\u001B[2mHm\u001B[22m");
  expect(written).toContain("\u001B[2mwell\u001B[22m");
  expect(written.endsWith("\n\nYes\n")).toBe(true);
});

test("what turns out to be something else is written anew", () => {
  const written = printed(true, [text("Hm")], [thought("Hm, so")], [thought("Hm, so"), text("Yes")]);
  expect(stripVTControlCharacters(written)).toBe("Hm\n\nHm, so\n\nYes\n");
});

test("what a model writes cannot steer the terminal", () => {
  expect(printed(true, [text("a\u001B")], [text("a\u001B[2Jb")])).toBe("a[2Jb\n");
});
