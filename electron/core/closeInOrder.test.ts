import { expect, test } from "vitest";
import { closeInOrder } from "./closeInOrder";

test("closes one part after the other, also behind one that fails", async () => {
  const closed: string[] = [];
  const logged: unknown[] = [];
  await closeInOrder(
    [
      ["one", async () => void closed.push("one")],
      ["two", () => Promise.reject(new Error("no"))],
      ["three", () => void closed.push("three")],
    ],
    1_000,
    (_level, message, facts) => logged.push([message, facts?.["part"]]),
  );
  expect(closed).toEqual(["one", "three"]);
  expect(logged).toEqual([["not closed", "two"]]);
});

test("a part that never closes is named in the log, and the others are closed", async () => {
  const closed: string[] = [];
  const logged: unknown[] = [];
  await closeInOrder(
    [
      ["downloads", () => new Promise(() => undefined)],
      ["chats", () => void closed.push("chats")],
    ],
    30,
    (_level, message, facts) => logged.push([message, facts?.["part"]]),
  );
  expect(closed).toEqual(["chats"]);
  expect(logged).toEqual([["still closing, and no longer waited for", "downloads"]]);
});
