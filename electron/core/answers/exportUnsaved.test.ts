import { expect, test } from "vitest";
import type { Message } from "../../contract/chat";
import { ChatId, MessageId } from "../../contract/ids";
import type { MessagePart } from "../../contract/parts";
import { asMarkdown, asPlainText } from "./exportUnsaved";

const message = (role: Message["role"], parts: MessagePart[]): Message => ({
  id: MessageId.parse(role),
  chatId: ChatId.parse("c"),
  parentId: null,
  role,
  parts,
  createdAtMs: 0,
  state: "complete",
  requestId: null,
  failure: null,
  facts: null,
  stack: [],
  comparisonId: null,
  siblingIds: [],
});
const unsaved = {
  title: "Who *are* you?",
  question: message("user", [{ kind: "text", text: "Who *are* you?" }]),
  answer: message("assistant", [
    { kind: "thought", text: "Hm.\nWell.", durationMs: 5 },
    { kind: "text", text: "A `model`." },
    { kind: "tool-call", callId: "1", name: "weather", arguments: '{"place":"here"}' },
  ]),
};

test("every word is in the file: title, question, thought, answer, call", () => {
  expect(asMarkdown([unsaved])).toBe(
    '# Who \\*are\\* you?\n\n**You:**\n\nWho *are* you?\n\n**Answer:**\n\n> Hm.\n> Well.\n\nA `model`.\n\nweather\n\n    {"place":"here"}\n',
  );
  expect(asPlainText([{ ...unsaved, question: null }])).toBe(
    'Who *are* you?\n\nAnswer:\n\n    Hm.\n    Well.\n\nA `model`.\n\nweather\n\n    {"place":"here"}\n',
  );
});
