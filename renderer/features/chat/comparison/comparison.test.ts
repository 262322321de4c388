// Unit tests of side by side: which answers are columns, who is asked, what stands above and below, and what the chat store makes of it.
import { afterEach, describe, expect, it } from "vitest";
import type { AnswerFacts, Message } from "../../../../electron/contract/chat";
import type { Delta, DeltaForModel, NamedStack } from "../../../../electron/contract/deltas";
import { failure } from "../../../../electron/contract/failure";
import { ChatId, ComparisonId, DeltaId, MessageId, ModelId } from "../../../../electron/contract/ids";
import type { LoadedModel } from "../../../../electron/contract/model";
import { textParts } from "../../../../electron/contract/parts";
import { defaultChatSettings } from "../../../../electron/contract/sampling";
import { applyMessage, chatStore, showChat } from "../chatStore";
import { writingMessage } from "../conversation/answerActions";
import { entryOf } from "../fineTunes/stackChanges";
import { askWords, atFreeScale, planColumns, withColumn, withOneMore, withoutColumn } from "./columnPlan";
import { comparedAnswers, comparedStacks, toColumns } from "./comparedAnswers";
import { columnFacts, columnName, columnPill, comparisonHeading } from "./comparisonWords";

const delta = (name: string, createdAtMs: number, fidelity: number | null = null): Delta => ({
  id: DeltaId.parse(name.charCodeAt(0).toString(16).padEnd(64, "0")),
  name,
  hue: createdAtMs % 12,
  sizeBytes: 9_000_000,
  origin: { kind: "file", fileName: `${name}.gguf` },
  createdAtMs,
  facts: {
    kind: fidelity === null ? "lora" : "bitdelta",
    architecture: "llama",
    name: null,
    baseName: null,
    licence: null,
    baseFingerprint: null,
    rank: 8,
    changedTensorCount: 1,
    weightsBytes: 9_000_000,
    fidelity,
  },
  failure: null,
});
const [sql, plain, json] = [delta("SQL", 1), delta("Plain words", 2, 0.967), delta("JSON", 3)] as [Delta, Delta, Delta];
const only = (one: Delta, scale = 1): NamedStack => [entryOf(one, scale)];

describe("who is asked", () => {
  const fits = (one: Delta): DeltaForModel => ({ delta: one, match: "fits", failure: null });
  const refused = (one: Delta): DeltaForModel => ({
    delta: one,
    match: "refused",
    failure: failure("delta-other-architecture"),
  });
  const plan = (deltas: DeltaForModel[], over: Partial<Parameters<typeof planColumns>[0]> = {}) =>
    planColumns({
      chosen: null,
      chatStack: [],
      library: deltas.map((one) => one.delta),
      hasModel: true,
      forModel: { kind: "loaded", value: { deltas, moreThatFit: null } },
      ...over,
    });
  const columns = (...given: Parameters<typeof plan>) => {
    const planned = plan(...given);
    return planned.kind === "ready" ? planned.columns : planned;
  };

  it("is Base and the chat's own stack, else the newest fine-tune that fits", () => {
    expect(columns([fits(sql), fits(plain), refused(json)])).toEqual([[], only(plain)]);
    expect(columns([fits(sql), fits(plain)], { chatStack: only(sql, 0.8) })).toEqual([[], only(sql, 0.8)]);
    expect(columns([fits(sql), refused(json)], { chatStack: only(json) })).toEqual([[], only(sql)]);
  });
  it("is what was chosen, under today's names, and what can be used of it", () => {
    const chosen = [only(sql), only(plain), only(json)];
    const renamed = { ...plain, name: "Simple words" };
    expect(columns([fits(sql), fits(renamed), fits(json)], { chosen })).toEqual([only(sql), only(renamed), only(json)]);
    expect(columns([fits(sql), refused(plain), fits(json)], { chosen })).toEqual([only(sql), only(json)]);
    expect(columns([fits(sql), refused(plain), refused(json)], { chosen })).toEqual([only(sql), []]);
    expect(columns([fits(sql), fits(json)], { chosen: [only(plain), only(plain, 0.5)] })).toEqual([[], only(json)]);
  });
  it("waits for main, and says why it cannot be had", () => {
    expect(plan([fits(sql)], { forModel: { kind: "loading" } }).kind).toBe("checking");
    const whys = [
      plan([]),
      plan([refused(sql)]),
      plan([fits(sql)], { hasModel: false }),
      plan([fits(sql)], { forModel: { kind: "failed", failure: failure("not-found") } }),
    ];
    expect(whys.map(({ kind }) => kind)).toEqual(["unavailable", "unavailable", "unavailable", "unavailable"]);
    expect(new Set(whys.map((one) => (one.kind === "unavailable" ? one.why : ""))).size).toBe(4);
  });
  it("never asks the same twice, and two or three", () => {
    const two = [[], only(sql)];
    expect(withColumn(two, 0, only(sql))).toBe(two);
    expect(withColumn(two, 0, only(sql, 0.5))).toEqual([only(sql, 0.5), only(sql)]);
    expect(withoutColumn(two, 0)).toBe(two);
    const three = withOneMore(two, [json, sql]);
    expect(three).toEqual([[], only(sql), only(json)]);
    expect(withOneMore(three, [json, sql, plain])).toBe(three);
    expect(withoutColumn(three, 1)).toEqual([[], only(json)]);
    expect(withOneMore([only(sql), only(json)], [json, sql])).toEqual([only(sql), only(json), []]);
    expect(withOneMore(two, [sql])).toEqual([[], only(sql), only(sql, 0.5)]);
    expect(atFreeScale(sql, [only(sql), only(sql, 0.5)])).toEqual(entryOf(sql, 1.5));
    expect([askWords(two), askWords(three)]).toEqual(["Ask both", "Ask all three"]);
  });
});

const chatId = ChatId.parse("c");
const comparisonId = ComparisonId.parse("x");
const facts: AnswerFacts = {
  modelId: ModelId.parse("m"),
  modelName: "SmolLM2",
  promptTokens: 1,
  cachedTokens: 0,
  answerTokens: 1,
  timeToFirstTokenMs: 1,
  prefillTokensPerSecond: null,
  decodeTokensPerSecond: 52.3,
  contextUsedTokens: 2,
  contextSizeTokens: 10,
  deltaLoadMs: null,
  deltaSwitchMs: null,
  format: null,
  endReason: "end",
  firstSeenMessageId: null,
};
function message(id: string, over: Partial<Message> = {}): Message {
  return {
    id: MessageId.parse(id),
    chatId,
    parentId: MessageId.parse("q"),
    role: "assistant",
    parts: textParts(id),
    createdAtMs: 0,
    state: "complete",
    requestId: null,
    failure: null,
    facts,
    stack: [],
    comparisonId,
    siblingIds: [],
    ...over,
  };
}
const question = message("q", { parentId: null, role: "user", comparisonId: null });
function siblings(...messages: Message[]): Message[] {
  return messages.map((one) => ({ ...one, siblingIds: messages.map(({ id }) => id) }));
}

describe("columns", () => {
  it("are one per stack, in the order in which they were asked: the version that is shown, else the newest", () => {
    const [base, by, again, tried] = siblings(
      message("base"),
      message("by", { stack: only(sql) }),
      message("again", { stack: only(sql) }),
      message("tried", { stack: only(sql, 0.5) }),
    );
    const answers = [base!, by!, again!, tried!];
    expect(toColumns(answers, base!.id).map(({ answer, versionIds }) => [answer.id, versionIds])).toEqual([
      ["base", ["base"]],
      ["again", ["by", "again"]],
      ["tried", ["tried"]],
    ]);
    expect(toColumns(answers, by!.id)[1]!.answer.id).toBe("by");
  });
  it("are answers of one comparison only", () => {
    const all = siblings(
      message("one"),
      message("other", { comparisonId: ComparisonId.parse("y") }),
      message("two"),
      message("alone", { comparisonId: null }),
    );
    const messages = Object.fromEntries(all.map((one) => [one.id, one])) as Record<MessageId, Message>;
    expect(comparedAnswers({ messages }, all[0]!).map(({ id }) => id)).toEqual(["one", "two"]);
    expect(comparedAnswers({ messages }, all[3]!).map(({ id }) => id)).toEqual(["alone"]);
  });
});

describe("a compared question that is said differently", () => {
  const base = message("base");
  const by = message("by", { stack: only(sql) });
  const strong = message("strong", { stack: only(sql, 1.5) });
  const state = (...answers: Message[]) => {
    const all = [question, ...siblings(...answers)];
    return {
      messages: Object.fromEntries(all.map((one) => [one.id, one])) as Record<MessageId, Message>,
      order: [question.id, answers[0]!.id],
    };
  };
  it("is answered by the same ones, each once", () => {
    expect(comparedStacks(state(base, by, message("again", { stack: only(sql) }), strong), question.id, [sql])).toEqual(
      [[], only(sql), only(sql, 1.5)],
    );
  });
  it("leaves out what was deleted, and is none where fewer than two are left, or its answer stands alone", () => {
    expect(comparedStacks(state(base, by, message("json", { stack: only(json) })), question.id, [sql])).toEqual([
      [],
      only(sql),
    ]);
    expect(comparedStacks(state(base, by), question.id, [])).toBeNull();
    expect(comparedStacks(state(message("alone", { comparisonId: null }), by), question.id, [sql])).toBeNull();
    expect(
      comparedStacks(
        { messages: { [question.id]: question } as Record<MessageId, Message>, order: [question.id] },
        question.id,
        [sql],
      ),
    ).toBeNull();
  });
});

describe("the open chat", () => {
  const chat = { id: chatId, title: "", createdAtMs: 0, lastUsedAtMs: 0, stack: [], settings: defaultChatSettings };
  const writing: Partial<Message> = { state: "writing", parts: [] };
  afterEach(() => showChat(null));

  it("keeps the first of the answers on its branch while the others come, and is busy until the last has ended", () => {
    showChat({ chat, messages: [], compared: [] });
    const answers = siblings(
      message("base", writing),
      message("sql", { ...writing, stack: only(sql) }),
      message("json", { ...writing, stack: only(json) }),
    );
    for (const one of [question, ...answers]) applyMessage(one);
    expect(chatStore.getState().order).toEqual(["q", "base"]);
    for (const one of answers) {
      expect(writingMessage(chatStore.getState())?.id).toBe(one.id);
      applyMessage({ ...one, state: "complete", parts: textParts("done") });
    }
    expect(writingMessage(chatStore.getState())).toBeNull();
  });

  it("shows an answer written again in the place of its former version only, and all know of it", () => {
    const [base, by] = siblings(message("base"), message("by", { stack: only(sql) })) as [Message, Message];
    showChat({ chat, messages: [question, base], compared: [by] });
    const [, , again] = siblings(base, by, message("again", { stack: only(sql) })) as [Message, Message, Message];
    applyMessage(again);
    expect(chatStore.getState().order).toEqual(["q", "base"]);
    expect(chatStore.getState().messages[base.id]!.siblingIds).toEqual(["base", "by", "again"]);
    applyMessage(siblings(base, by, again, message("anew"))[3]!);
    expect(chatStore.getState().order).toEqual(["q", "anew"]);
  });
});

describe("words", () => {
  const loaded = { modelId: facts.modelId, name: "SmolLM2", quantization: "Q4_1" } as LoadedModel;
  it("name a column and say what it is", () => {
    expect(columnName(only(sql, 0.8))).toBe("SQL");
    expect(columnName([...only(sql, 0.8), ...only(plain)])).toBe("SQL 0.8 + Plain words");
    expect(columnPill({ stack: only(sql, 0.8), facts }, [sql], null)).toBe("LoRA 0.8 · 9 MB");
    expect(columnPill({ stack: only(plain), facts }, [], loaded)).toBe("1-bit");
    expect(columnPill({ stack: [...only(sql), ...only(plain)], facts }, [sql], loaded)).toBe("2 fine-tunes");
    expect(columnPill({ stack: [], facts }, [], loaded)).toBe("SmolLM2 · Q4_1");
    expect(columnPill({ stack: [], facts: null }, [], loaded)).toBe("SmolLM2 · Q4_1");
    expect(
      columnPill({ stack: [], facts: { ...facts, modelId: ModelId.parse("other"), modelName: "Other" } }, [], loaded),
    ).toBe("Other");
    expect(columnPill({ stack: [], facts: null }, [], null)).toBeNull();
  });
  it("say how fast, and how much of the fine-tune it is where that was measured", () => {
    expect(columnFacts({ stack: only(plain), facts }, [plain])).toBe("52 tokens/s · 96% of the fine-tune kept");
    expect(columnFacts({ stack: only(plain, 0.5), facts }, [plain])).toBe("52 tokens/s");
    expect(columnFacts({ stack: only(sql), facts }, [sql])).toBe("52 tokens/s");
    expect(columnFacts({ stack: [], facts: null }, [])).toBe("");
  });
  it("list who stands next to each other", () => {
    expect(comparisonHeading([[], only(sql)])).toBe("Side by side: Base and SQL");
    expect(comparisonHeading([[], only(sql), only(json)])).toBe("Side by side: Base, SQL and JSON");
  });
});
