// Thoughts, tool calls and results as words, which calls wait for a result, and how answers end that consist of such parts.
import { describe, expect, it, test } from "vitest";
import type { AnswerFacts, Message } from "../../../../electron/contract/chat";
import { ModelId } from "../../../../electron/contract/ids";
import type { MessagePart } from "../../../../electron/contract/parts";
import { cutWords, endingWords } from "../conversation/endingWords";
import { isThinking } from "./answerNow";
import { areArguments, preview, resultHeading, thoughtWords, tidied } from "./partWords";
import { waitingCalls } from "./toolResults";

const thought: MessagePart = { kind: "thought", text: "Hm.", durationMs: 1200 };
const blankThought: MessagePart = { kind: "thought", text: "\n", durationMs: 3 };
const text: MessagePart = { kind: "text", text: "Yes." };
const call: MessagePart = { kind: "tool-call", callId: "1", name: "get_weather", arguments: '{"city":"Paris"}' };

const facts = (endReason: AnswerFacts["endReason"]): AnswerFacts => ({
  modelId: ModelId.parse("m"),
  modelName: "Qwen3",
  promptTokens: 1,
  cachedTokens: 0,
  answerTokens: 1,
  timeToFirstTokenMs: null,
  prefillTokensPerSecond: null,
  decodeTokensPerSecond: null,
  contextUsedTokens: 2,
  contextSizeTokens: 100,
  deltaLoadMs: null,
  deltaSwitchMs: null,
  format: null,
  endReason,
  firstSeenMessageId: null,
});

function answer(
  parts: MessagePart[],
  change: Partial<Message> = {},
): Pick<Message, "role" | "state" | "parts" | "failure" | "facts"> {
  return { role: "assistant", state: "complete", parts, failure: null, facts: facts("end"), ...change };
}

test.each([
  [null, "Thought"],
  [0, "Thought for less than a second"],
  [999, "Thought for less than a second"],
  [12_900, "Thought for 12 s"],
  [65_000, "Thought for 1 min 5 s"],
  [3_725_000, "Thought for 1 h 2 min"],
])("%s ms: %s", (durationMs, words) => expect(thoughtWords(durationMs)).toBe(words));

test("a thought is being written while it is the last part and has no time", () => {
  expect(isThinking([])).toBe(false);
  expect(isThinking([thought])).toBe(false);
  expect(isThinking([text, { ...thought, durationMs: null }])).toBe(true);
  expect(isThinking([{ ...thought, durationMs: null }, text])).toBe(false);
});

describe("arguments and results", () => {
  it("are previewed on one line, and not all of them", () => {
    expect(preview('{\n  "city":\t"Paris"\n}')).toBe('{ "city": "Paris" }');
    expect(preview("x".repeat(1_000_000))).toHaveLength(242);
  });

  it("are tidied where they are JSON", () => {
    expect(tidied('{"city":"Paris","days":[1]}')).toEqual({
      code: '{\n  "city": "Paris",\n  "days": [\n    1\n  ]\n}',
      language: "json",
    });
    expect(tidied('{"city":')).toEqual({ code: '{"city":', language: "" });
    const long = JSON.stringify("x".repeat(200_000));
    expect(tidied(long)).toEqual({ code: long, language: "" });
  });

  it("of a call are an object", () => {
    expect(["{}", '{"a":1}', "[]", "null", '"a"', "{", ""].map(areArguments)).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
      false,
    ]);
  });

  it("have a heading, also where the model gave no name", () => {
    expect(resultHeading("get_weather")).toBe("Result of get_weather");
    expect(resultHeading(" ")).toBe("Result of a tool");
  });
});

test("results are waited for by whole answers only", () => {
  expect(waitingCalls(answer([thought, text, call]))).toEqual([call]);
  expect(waitingCalls(answer([call], { facts: null }))).toEqual([call]);
  expect(waitingCalls(answer([text]))).toEqual([]);
  expect(waitingCalls(answer([call], { state: "writing" }))).toEqual([]);
  expect(waitingCalls(answer([call], { state: "stopped" }))).toEqual([]);
  expect(waitingCalls(answer([call], { state: "interrupted" }))).toEqual([]);
  expect(waitingCalls(answer([call], { facts: facts("length") }))).toEqual([]);
  expect(waitingCalls(answer([call], { role: "user" }))).toEqual([]);
});

describe("how an answer ended", () => {
  test.each<[string, MessagePart[], Partial<Message>, string | null, string | null]>([
    ["with words", [thought, text], {}, null, null],
    ["with a call", [thought, call], {}, null, null],
    ["without a word", [], {}, "The model gave no answer", null],
    ["without a word after an empty thought", [blankThought], {}, "The model gave no answer", null],
    ["after its thought", [thought], {}, "The model thought but gave no answer", null],
    [
      "stopped in its thought",
      [thought],
      { state: "stopped", facts: facts("stopped") },
      "Stopped while thinking",
      null,
    ],
    ["stopped after its thought", [thought, text], { state: "stopped", facts: facts("stopped") }, "Stopped", null],
    ["stopped at once", [], { state: "stopped", facts: null }, "Stopped before the first word", null],
    [
      "the app closed",
      [thought],
      { state: "interrupted", facts: null },
      "Facet closed during this answer. What was written is kept.",
      null,
    ],
    [
      "cut in its words",
      [thought, text],
      { facts: facts("length") },
      null,
      "Cut off here: the answer reached this chat’s limit.",
    ],
    [
      "cut in its thought",
      [thought],
      { facts: facts("length") },
      null,
      "There is no answer: thinking used up this chat’s limit for an answer. Raise the limit, or let it think less.",
    ],
    [
      "the context filled by its thought",
      [thought],
      { facts: facts("context") },
      null,
      "There is no answer: thinking filled the context. Let it think less, or start a new chat.",
    ],
  ])("%s", (_name, parts, change, ending, cut) => {
    const message = answer(parts, change);
    expect([endingWords(message), cutWords(message)]).toEqual([ending, cut]);
  });
});
