import { expect, test } from "vitest";
import { EventStream } from "./EventStream";

const removed = { chatId: "c" as never };

test("listeners get what is emitted, in their order, until they unsubscribe", () => {
  const events = new EventStream(() => undefined);
  const heard: string[] = [];
  const end = events.on("chat-removed", () => heard.push("first"));
  events.on("chat-removed", ({ chatId }) => heard.push(chatId));
  events.emit("chat-removed", removed);
  end();
  events.emit("chat-removed", removed);
  expect(heard).toEqual(["first", "c", "c"]);
});

test("a listener that fails, at once or later, is logged and stops nobody", async () => {
  const logged: string[] = [];
  const events = new EventStream((_level, message, facts) => logged.push(`${message} ${String(facts?.["event"])}`));
  let heard = 0;
  events.on("chat-removed", () => {
    throw new Error("at once");
  });
  events.on("chat-removed", () => Promise.reject(new Error("later")));
  events.on("chat-removed", () => (heard += 1));
  events.emit("chat-removed", removed);
  await Promise.resolve();
  expect(heard).toBe(1);
  expect(logged).toEqual(["event listener failed chat-removed", "event listener failed chat-removed"]);
});
