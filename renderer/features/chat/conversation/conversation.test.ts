// Unit tests of what the conversation computes: facts as words, where the model's view ends, which answer is being written.
import { describe, expect, it } from "vitest";
import type { AnswerFacts, Message } from "../../../../electron/contract/chat";
import type { StackEntry } from "../../../../electron/contract/deltas";
import { ChatId, DeltaId, MessageId, ModelId } from "../../../../electron/contract/ids";
import { textParts } from "../../../../electron/contract/parts";
import { chatStore, type ChatState } from "../chatStore";
import { factsLine, factsTable, formatSwitch, formatWait } from "./factsText";
import { outsideView, outsideViewWords } from "./outsideView";

const facts: AnswerFacts = {
  modelId: ModelId.parse("m"),
  modelName: "SmolLM2",
  promptTokens: 120,
  cachedTokens: 100,
  answerTokens: 58,
  timeToFirstTokenMs: 240,
  prefillTokensPerSecond: 500,
  decodeTokensPerSecond: 64.4,
  contextUsedTokens: 178,
  contextSizeTokens: 8192,
  deltaLoadMs: null,
  deltaSwitchMs: null,
  format: null,
  endReason: "end",
  firstSeenMessageId: null,
};

const sql: StackEntry = { deltaId: DeltaId.parse("sql"), name: "SQL", hue: 0, kind: "bitdelta", scale: 1 };

function branch(length: number, lastFacts: AnswerFacts | null): ChatState {
  const order = Array.from({ length }, (_unused, index) => MessageId.parse(`m${index}`));
  const messages: Record<MessageId, Message> = {};
  order.forEach((id, index) => {
    const role = index % 2 === 0 ? "user" : "assistant";
    messages[id] = {
      id,
      chatId: ChatId.parse("c"),
      parentId: order[index - 1] ?? null,
      role,
      parts: textParts("x"),
      createdAtMs: index,
      state: "complete",
      requestId: null,
      failure: null,
      facts: index === length - 1 ? lastFacts : null,
      siblingIds: [id],
      stack: [],
      comparisonId: null,
    };
  });
  return { ...chatStore.getInitialState(), order, messages };
}

describe("facts", () => {
  it("says tokens, time to first token and speed", () => {
    expect(factsLine(facts, [], facts.modelId)).toBe("58 tokens · 0.24 s to first token · 64 tokens/s");
  });
  it("leaves out what was not measured", () => {
    expect(
      factsLine({ ...facts, answerTokens: 1, timeToFirstTokenMs: null, decodeTokensPerSecond: null }, [], null),
    ).toBe("1 token");
    const bare = factsTable(
      { ...facts, timeToFirstTokenMs: null, decodeTokensPerSecond: null, prefillTokensPerSecond: null },
      [],
    );
    expect(bare.map(([name]) => name)).toEqual(["Model", "Read", "Written", "Context used", "Ended"]);
  });
  it("says of a fine-tune its kind and how soon it was there, and names a model that is not the loaded one", () => {
    const switched: AnswerFacts = { ...facts, deltaSwitchMs: 0.12, deltaLoadMs: 34.4 };
    expect(factsLine(switched, [sql], facts.modelId)).toBe("1-bit · 58 tokens · switched in 0.1 ms · 64 tokens/s");
    expect(factsLine(facts, [sql, { ...sql, scale: 0.5 }], facts.modelId)).toBe(
      "58 tokens · 0.24 s to first token · 64 tokens/s",
    );
    expect(factsLine(facts, [], ModelId.parse("other"))).toMatch(/^SmolLM2 · 58 tokens/);
    expect(factsTable(switched, [{ ...sql, scale: 0.8 }]).slice(1, 4)).toEqual([
      ["Fine-tune", "SQL · 1-bit 0.8"],
      ["Loaded into memory in", "34 ms"],
      ["Switched in", "0.1 ms"],
    ]);
  });
  it.each([
    [0.01, "< 0.1 ms"],
    [3.44, "3.4 ms"],
    [34.4, "34 ms"],
  ])("%d ms of switching is %s", (ms, words) => {
    expect(formatSwitch(ms)).toBe(words);
  });
  it.each([
    [0, "0.00 s"],
    [9_990, "9.99 s"],
    [12_340, "12.3 s"],
    [125_000, "2 min 5 s"],
  ])("%i ms is %s", (ms, words) => {
    expect(formatWait(ms)).toBe(words);
  });
});

describe("the end of the model's view", () => {
  it("is nowhere when the model saw everything", () => {
    expect(outsideView(branch(6, facts))).toBeNull();
    expect(outsideView(branch(6, null))).toBeNull();
    expect(outsideView(chatStore.getInitialState())).toBeNull();
  });
  it("is before the first message that was seen, and counts the turns before it", () => {
    const firstSeenMessageId = MessageId.parse("m4");
    expect(outsideView(branch(8, { ...facts, firstSeenMessageId }))).toEqual({ firstSeenMessageId, turns: 2 });
  });
  it("is nowhere when that message is not on this branch, or is its first", () => {
    expect(outsideView(branch(8, { ...facts, firstSeenMessageId: MessageId.parse("other") }))).toBeNull();
    expect(outsideView(branch(8, { ...facts, firstSeenMessageId: MessageId.parse("m0") }))).toBeNull();
  });
  it("counts in words", () => {
    expect(outsideViewWords(1)).toBe("1 earlier turn is outside the model’s view");
    expect(outsideViewWords(4)).toBe("4 earlier turns are outside the model’s view");
  });
});
