// Chats stand under the day they were last used, by the calendar.
import { expect, test } from "vitest";
import type { ChatSummary } from "../../../electron/contract/chat";
import { ChatId } from "../../../electron/contract/ids";
import { daysBefore, groupChats, startOfDay } from "./groupChats";

const today = new Date(2026, 2, 12).getTime();

function chatAt(id: string, ...date: [number, number, number, number?, number?]): ChatSummary {
  const atMs = new Date(...date).getTime();
  return { id: ChatId.parse(id), title: id, createdAtMs: atMs, lastUsedAtMs: atMs, stack: [] };
}

function written(chats: ChatSummary[]): string[] {
  return groupChats(chats, today).map((row) => (row.kind === "heading" ? row.words : row.chat.id));
}

test("each day has its heading, in order", () => {
  const chats = [
    chatAt("now", 2026, 2, 12, 9),
    chatAt("midnight", 2026, 2, 12, 0, 0),
    chatAt("late", 2026, 2, 11, 23, 59),
    chatAt("week", 2026, 2, 5, 0, 0),
    chatAt("before", 2026, 2, 4, 23, 59),
    chatAt("old", 2024, 0, 1),
  ];
  expect(written(chats)).toEqual([
    "Today",
    "now",
    "midnight",
    "Yesterday",
    "late",
    "Previous 7 days",
    "week",
    "Older",
    "before",
    "old",
  ]);
});

test("a clock that ran ahead still lands under Today", () => {
  expect(written([chatAt("ahead", 2026, 2, 13)])).toEqual(["Today", "ahead"]);
});

test("no chats, no headings", () => {
  expect(written([])).toEqual([]);
});

test("days before are calendar days", () => {
  expect(daysBefore(new Date(2026, 2, 1).getTime(), 1)).toBe(new Date(2026, 1, 28).getTime());
  expect(startOfDay(new Date(2026, 2, 29, 23, 30).getTime())).toBe(new Date(2026, 2, 29).getTime());
});
