// The chat store on real SQLite files: trees, search, deletion, endings, speed.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { NamedStack } from "../../contract/deltas";
import { ChatId, DeltaId, MessageId, RequestId } from "../../contract/ids";
import { succeed, type Outcome } from "../../contract/failure";
import { type Chat, Message } from "../../contract/chat";
import { textOf, textParts, type MessagePart } from "../../contract/parts";
import type { AnswerEnd } from "./AnswerWriter";
import { searchChats } from "./chatSearch";
import { ChatStore } from "./ChatStore";
import { connectDatabase, type Database } from "./database";
import { openChatDatabase } from "./openChatDatabase";

let folder: string;
let database: Database;
let store: ChatStore;
let now = 1_000_000;

const file = () => path.join(folder, "chats.db");
const request = (name: string) => RequestId.parse(name);

function value<Value>(outcome: Outcome<Value>): Value {
  if (!outcome.ok) throw new Error(`${outcome.failure.code} ${outcome.failure.cause ?? ""}`);
  return outcome.value;
}

function open(): void {
  database = value(openChatDatabase(file()));
  store = new ChatStore(database, () => now++);
}

const search = (typed: string) => succeed(searchChats(database, store.faultyRows, typed, now++));

function finish(answer: Message, text: string, end: Partial<AnswerEnd> = {}): Message {
  return value(
    store.endAnswer(answer.id, { state: "complete", parts: textParts(text), facts: null, failure: null, ...end }),
  );
}

/** A finished question and answer at the end of the shown branch. */
function exchange(chat: Chat, question: string, answer: string) {
  const started = value(store.addQuestion(chat.id, question, request("r")));
  return { question: started.messages[0]!, answer: finish(started.answer, answer) };
}

const textsOf = (written: readonly { parts: MessagePart[] }[]) => written.map(({ parts }) => textOf(parts));
const texts = (id: ChatId) => textsOf(value(store.openChat(id)).messages);

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "facet-chats-"));
  open();
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true });
});

describe("a new chat", () => {
  const stack: NamedStack = [{ deltaId: DeltaId.parse("d1"), name: "Pirate", hue: 3, kind: "lora", scale: 0.5 }];
  const settings = { systemPrompt: "Be brief.", sampling: { temperature: 0 } };

  it("begins with its settings, its stack and its first question", () => {
    const { chat, started } = value(store.startChat({ settings, stack }, "Who are you?", request("r1")));
    expect(chat).toMatchObject({ settings, stack, title: "Who are you?" });
    expect(started[0]).toMatchObject({ settings, answer: { stack, state: "writing" } });
    expect(texts(chat.id)).toEqual(["Who are you?", ""]);
  });

  it("begins side by side", () => {
    const wanted = [stack, []].map((one, index) => ({ requestId: request(`r${index}`), stack: one }));
    const { chat, started } = value(store.startComparedChat({ settings, stack: [] }, "Who are you?", wanted));
    expect(started.map(({ answer }) => answer.stack)).toEqual([stack, []]);
    expect(value(store.openChat(chat.id)).compared).toHaveLength(1);
  });

  it("leaves nothing behind when its first message cannot be kept", () => {
    database.execute("CREATE TEMP TRIGGER refuse BEFORE INSERT ON messages BEGIN SELECT RAISE(ABORT, 'no'); END");
    expect(() => store.startChat({ settings, stack }, "Who are you?", request("r1"))).toThrow("no");
    expect(value(store.listChats())).toEqual([]);
    database.execute("DROP TRIGGER refuse");
    expect(store.startChat({ settings, stack }, "Who are you?", request("r1")).ok).toBe(true);
  });
});

describe("who answers", () => {
  const pirate: NamedStack = [{ deltaId: DeltaId.parse("d1"), name: "Pirate", hue: 3, kind: "lora", scale: 0.5 }];
  const poet: NamedStack = [{ deltaId: DeltaId.parse("d2"), name: "Poet", hue: 4, kind: "bitdelta", scale: 1 }];

  it("is the chat's stack, and each answer remembers the one that made it", () => {
    const chat = value(store.createChat());
    exchange(chat, "One?", "One.");
    expect(value(store.setStack(chat.id, pirate)).stack).toEqual(pirate);
    exchange(chat, "Two?", "Two.");
    value(store.setStack(chat.id, poet));
    store.close();
    open();
    const opened = value(store.openChat(chat.id));
    expect(opened.chat.stack).toEqual(poet);
    expect(opened.messages.map(({ stack }) => stack)).toEqual([[], [], [], pirate]);
    expect(value(store.listChats())[0]!.stack).toEqual(poet);
  });

  it("is another stack for one answer alone, where it is tried again with that", () => {
    const chat = value(store.createChat());
    const { answer } = exchange(chat, "One?", "One.");
    value(store.setStack(chat.id, pirate));
    expect(value(store.addAnotherAnswer(answer.id, request("r2"), poet)).answer.stack).toEqual(poet);
    expect(value(store.openChat(chat.id)).chat.stack).toEqual(pirate);
  });

  it("lists the chats that a delta answers or answered in, the last used first", () => {
    const [pirateId] = pirate.map(({ deltaId }) => deltaId);
    const [answered, chosen, neither] = [
      value(store.createChat()),
      value(store.createChat()),
      value(store.createChat()),
    ];
    value(store.setStack(answered.id, pirate));
    exchange(answered, "Ahoy", "Arr.");
    value(store.setStack(answered.id, []));
    exchange(neither, "Hello", "Hi.");
    value(store.setStack(neither.id, poet));
    value(store.setStack(chosen.id, pirate));
    exchange(chosen, "Later", "Aye.");
    expect(value(store.chatsUsingDelta(pirateId!))).toEqual({ chatCount: 2, titles: ["Later", "Ahoy"] });
    value(store.deleteChat(chosen.id));
    expect(value(store.chatsUsingDelta(pirateId!))).toEqual({ chatCount: 1, titles: ["Ahoy"] });
  });

  it("side by side is each of the stacks, to the same question; the first is shown", () => {
    const chat = value(store.createChat());
    exchange(chat, "One?", "One.");
    const wanted = [[], pirate, poet].map((stack, index) => ({ requestId: request(`r${index}`), stack }));
    const started = value(store.addComparison(chat.id, "Who are you?", wanted));
    expect(started.map(({ answer }) => answer.stack)).toEqual([[], pirate, poet]);
    expect(started.map(({ turns }) => textsOf(turns))).toEqual(
      Array.from({ length: 3 }, () => ["One?", "One.", "Who are you?"]),
    );
    const siblings = started.map(({ answer }) => answer.id);
    for (const { answer } of started) expect(answer.siblingIds).toEqual(siblings);
    for (const [index, { answer }] of started.entries()) finish(answer, `Answer ${index}`);

    const { messages, compared } = value(store.openChat(chat.id));
    expect(messages.at(-1)).toMatchObject({
      parts: textParts("Answer 0"),
      comparisonId: started[0]!.answer.comparisonId,
    });
    expect(textsOf(compared)).toEqual(["Answer 1", "Answer 2"]);
    // The chat goes on below the one that the user chooses.
    const chosen = value(store.showSibling(siblings[2]!));
    expect(textOf(chosen.messages.at(-1)!.parts)).toBe("Answer 2");
    expect(textsOf(chosen.compared)).toEqual(["Answer 0", "Answer 1"]);
    expect(textsOf(value(store.addQuestion(chat.id, "Go on.", request("r9"))).turns)).toContain("Answer 2");
  });

  it("a compared question said differently is a sibling, answered by each of the stacks again", () => {
    const chat = value(store.createChat());
    exchange(chat, "One?", "One.");
    const wanted = (first: number) =>
      [[], pirate].map((stack, index) => ({ requestId: request(`r${first + index}`), stack }));
    const asked = value(store.addComparison(chat.id, "Who are you?", wanted(0)));
    for (const { answer } of asked) finish(answer, "Me");
    const questionId = asked[0]!.answer.parentId!;

    const edited = value(store.addEditedComparison(questionId, "Who is there?", wanted(2)));
    expect(edited.map(({ turns }) => textsOf(turns))).toEqual(
      Array.from({ length: 2 }, () => ["One?", "One.", "Who is there?"]),
    );
    expect(new Set(edited.map(({ answer }) => answer.comparisonId)).size).toBe(1);
    for (const [index, { answer }] of edited.entries()) finish(answer, `Answer ${index}`);
    expect(texts(chat.id)).toEqual(["One?", "One.", "Who is there?", "Answer 0"]);
    const { messages, compared } = value(store.openChat(chat.id));
    expect(messages[2]!.siblingIds).toEqual([questionId, messages[2]!.id]);
    expect(textsOf(compared)).toEqual(["Answer 1"]);
    expect(store.addEditedComparison(asked[0]!.answer.id, "No question", wanted(4))).toMatchObject({
      ok: false,
      failure: { code: "request-invalid" },
    });
  });

  it("an answer written again stays in its comparison, and on the branch only where its former version was", () => {
    const chat = value(store.createChat());
    const wanted = [[], pirate].map((stack, index) => ({ requestId: request(`r${index}`), stack }));
    const [base, other] = value(store.addComparison(chat.id, "Who are you?", wanted)).map(({ answer }) => answer) as [
      Message,
      Message,
    ];
    finish(base, "Base");
    finish(other, "", { state: "failed", failure: { code: "delta-missing" } });

    const again = value(store.addAnotherAnswer(other.id, request("r2"))).answer;
    expect(again).toMatchObject({
      stack: pirate,
      comparisonId: base.comparisonId,
      siblingIds: [base.id, other.id, again.id],
    });
    finish(again, "Arr");
    expect(texts(chat.id)).toEqual(["Who are you?", "Base"]);
    // Tried with a third one: it stands beside them.
    finish(value(store.addAnotherAnswer(base.id, request("r3"), poet)).answer, "Rhyme");
    expect(texts(chat.id)).toEqual(["Who are you?", "Base"]);
    expect(textsOf(value(store.openChat(chat.id)).compared)).toEqual(["", "Arr", "Rhyme"]);
    finish(value(store.addAnotherAnswer(base.id, request("r4"))).answer, "Base again");
    expect(texts(chat.id)).toEqual(["Who are you?", "Base again"]);

    // In the middle of a chat too: what followed the former version stays with it.
    exchange(chat, "Go on.", "I do.");
    finish(value(store.addAnotherAnswer(again.id, request("r5"))).answer, "Arr again");
    expect(texts(chat.id)).toEqual(["Who are you?", "Base again", "Go on.", "I do."]);
    finish(value(store.addAnotherAnswer(base.id, request("r6"))).answer, "Base anew");
    expect(texts(chat.id)).toEqual(["Who are you?", "Base anew"]);
  });

  it("is the base where the stack on the disk makes no sense", () => {
    const chat = value(store.createChat());
    database.run("UPDATE chats SET stack = ? WHERE id = ?", '[{"deltaId":"../x","scale":1e9}]', chat.id);
    expect(value(store.openChat(chat.id)).chat.stack).toEqual([]);
  });
});

describe("a conversation", () => {
  it("is there again after closing and opening", () => {
    const chat = value(store.createChat());
    exchange(chat, "What is a quant?", "A smaller model.");
    value(store.saveSettings(chat.id, { systemPrompt: "Be brief.", sampling: { topK: 3 }, seed: 7 }));
    store.close();
    open();
    const opened = value(store.openChat(chat.id));
    expect(opened.messages.map(({ role, parts, state }) => [role, textOf(parts), state])).toEqual([
      ["user", "What is a quant?", "complete"],
      ["assistant", "A smaller model.", "complete"],
    ]);
    expect(opened.chat.settings).toEqual({ systemPrompt: "Be brief.", sampling: { topK: 3 }, seed: 7 });
    for (const message of opened.messages) expect(() => Message.parse(message)).not.toThrow();
  });

  it("takes its title from the first message until it is renamed", () => {
    const chat = value(store.createChat());
    const started = value(store.addQuestion(chat.id, "Explain\n\nthe   cache to me", request("r")));
    expect(started.chat.title).toBe("Explain the cache to me");
    value(store.renameChat(chat.id, "  Cache  "));
    finish(started.answer, "…");
    value(store.addEditedQuestion(started.messages[0]!.id, "Something else", request("r2")));
    expect(value(store.listChats())[0]!.title).toBe("Cache");
  });

  it("is listed by last use", () => {
    const first = value(store.createChat());
    const second = value(store.createChat());
    expect(value(store.listChats()).map(({ id }) => id)).toEqual([second.id, first.id]);
    exchange(first, "Hello", "Hi");
    expect(value(store.listChats()).map(({ id }) => id)).toEqual([first.id, second.id]);
  });

  it("refuses a second question while the answer is written", () => {
    const chat = value(store.createChat());
    value(store.addQuestion(chat.id, "One", request("r")));
    expect(store.addQuestion(chat.id, "Two", request("r2"))).toMatchObject({
      ok: false,
      failure: { code: "engine-busy" },
    });
  });

  it("keeps whether its model thinks, and its tools", () => {
    const chat = value(store.createChat());
    const settings = { systemPrompt: "", sampling: {}, thinking: { isOn: false, budgetTokens: 64 }, tools: "[]" };
    expect(value(store.saveSettings(chat.id, settings)).settings).toEqual(settings);
    expect(value(store.addQuestion(chat.id, "Q", request("r"))).settings).toEqual(settings);
    const { thinking: _lost, ...kept } = settings;
    database.run("UPDATE chats SET settings = ?", JSON.stringify({ ...settings, thinking: { isOn: "perhaps" } }));
    expect(value(store.openChat(chat.id)).chat.settings).toEqual(kept);
  });

  it("repairs settings that do not fit any more, and keeps those that do", () => {
    const chat = value(store.createChat());
    database.run(
      "UPDATE chats SET settings = ?",
      JSON.stringify({ systemPrompt: "Kept", sampling: { temperature: 99, topK: 5 }, seed: "x", future: 1 }),
    );
    expect(value(store.openChat(chat.id)).chat.settings).toEqual({ systemPrompt: "Kept", sampling: { topK: 5 } });
    database.run("UPDATE chats SET settings = '{{'");
    expect(value(store.openChat(chat.id)).chat.settings).toEqual({ systemPrompt: "", sampling: {} });
  });
});

describe("the tree", () => {
  it("keeps alternatives as siblings and shows the newest", () => {
    const chat = value(store.createChat());
    const one = exchange(chat, "Q1", "A1");
    exchange(chat, "Q2", "A2");
    const again = value(store.addAnotherAnswer(one.answer.id, request("again")));
    expect(again.messages).toHaveLength(1);
    finish(again.answer, "A1b");
    expect(texts(chat.id)).toEqual(["Q1", "A1b"]);
    const shown = value(store.openChat(chat.id)).messages[1]!;
    expect(shown.siblingIds).toEqual([one.answer.id, shown.id]);

    expect(textsOf(value(store.showSibling(one.answer.id)).messages)).toEqual(["Q1", "A1", "Q2", "A2"]);
    expect(texts(chat.id)).toEqual(["Q1", "A1", "Q2", "A2"]);
  });

  it("edits the first message by a second root", () => {
    const chat = value(store.createChat());
    const one = exchange(chat, "Q1", "A1");
    const edited = value(store.addEditedQuestion(one.question.id, "Q1 said better", request("edit")));
    expect(edited.turns).toEqual([
      { messageId: edited.messages[0]!.id, role: "user", parts: textParts("Q1 said better") },
    ]);
    expect(edited.messages[0]!.siblingIds).toEqual([one.question.id, edited.messages[0]!.id]);
    expect(edited.chat.title).toBe("Q1 said better");
  });

  it("gives the model its turns in turn, also where answers are missing", () => {
    const chat = value(store.createChat());
    const failed = value(store.addQuestion(chat.id, "Q1", request("r")));
    finish(failed.answer, "", { state: "failed", failure: { code: "engine-crashed" } });
    const started = value(store.addQuestion(chat.id, "Q2", request("r2")));
    expect(started.turns.map(({ role, parts }) => [role, textOf(parts)])).toEqual([["user", "Q1\n\nQ2"]]);
    finish(started.answer, "A2", { state: "interrupted" });
    expect(textsOf(value(store.addQuestion(chat.id, "Q3", request("r3"))).turns)).toEqual(["Q1\n\nQ2", "A2", "Q3"]);
  });

  it("does not hang on a circle in a damaged tree", () => {
    const chat = value(store.createChat());
    const { question, answer } = exchange(chat, "Q", "A");
    database.run("UPDATE messages SET parent_id = ? WHERE id = ?", answer.id, question.id);
    expect(value(store.openChat(chat.id)).messages).toHaveLength(2);
    expect(value(store.showSibling(question.id)).messages.length).toBeLessThanOrEqual(2);
  });

  it("refuses what makes no sense", () => {
    const chat = value(store.createChat());
    const { question, answer } = exchange(chat, "Q", "A");
    const code = (outcome: Outcome<unknown>) => (outcome.ok ? "ok" : outcome.failure.code);
    expect(code(store.addAnotherAnswer(question.id, request("r")))).toBe("request-invalid");
    expect(code(store.addEditedQuestion(answer.id, "x", request("r")))).toBe("request-invalid");
    expect(code(store.addQuestion(ChatId.parse("nowhere"), "x", request("r")))).toBe("not-found");
    expect(code(store.showSibling(MessageId.parse("nowhere")))).toBe("not-found");
    expect(code(store.openChat(ChatId.parse("nowhere")))).toBe("not-found");
  });
});

describe("an answer that is written", () => {
  it("keeps its text at each checkpoint and is interrupted when the app dies", () => {
    const chat = value(store.createChat());
    const { answer } = value(store.addQuestion(chat.id, "Q", request("r")));
    value(store.writeCheckpoint(answer.id, textParts("Half an ans")));
    store.close();
    open();
    expect(value(store.recover())).toEqual({ interruptedAnswers: 1 });
    expect(value(store.openChat(chat.id)).messages[1]).toMatchObject({
      parts: textParts("Half an ans"),
      state: "interrupted",
      requestId: null,
    });
  });

  it("keeps its thought and its tool calls, and is found by its words", () => {
    const chat = value(store.createChat());
    const { answer } = value(store.addQuestion(chat.id, "Q", request("r")));
    value(store.writeCheckpoint(answer.id, [{ kind: "thought", text: "Pond", durationMs: null }]));
    expect(value(store.openChat(chat.id)).messages[1]!.parts).toEqual([
      { kind: "thought", text: "Pond", durationMs: null },
    ]);
    const parts: MessagePart[] = [
      { kind: "thought", text: "Ponder the heron", durationMs: 1500 },
      { kind: "text", text: "I look for the kingfisher." },
      { kind: "tool-call", callId: "c1", name: "birdwatch", arguments: '{"bird":"kingfisher"}' },
    ];
    expect(finish(answer, "", { parts }).parts).toEqual(parts);
    store.close();
    open();
    expect(value(store.openChat(chat.id)).messages[1]).toMatchObject({ parts, state: "complete" });
    expect(value(search("kingfisher")).map(({ snippet }) => snippet)).toEqual([
      "I look for the \uE000kingfisher\uE001.",
    ]);
    expect(value(search("heron"))).toEqual([]);
    expect(value(store.addQuestion(chat.id, "Go on.", request("r2"))).turns[1]).toMatchObject({
      role: "assistant",
      parts,
    });
  });

  it("does not change once it has ended", () => {
    const chat = value(store.createChat());
    const { answer } = exchange(chat, "Q", "The end");
    value(store.writeCheckpoint(answer.id, textParts("late")));
    expect(textOf(finish(answer, "later still").parts)).toBe("The end");
  });
});

describe("the results of tool calls", () => {
  const call = (callId: string): MessagePart => ({ kind: "tool-call", callId, name: "weather", arguments: "{}" });
  const result = (callId: string) => ({
    kind: "tool-result" as const,
    callId,
    name: "weather",
    text: `Rain in ${callId}`,
  });
  const calls = [...textParts("Let me see."), call("c1"), call("c2")];

  it("are the user's next message, which the model answers", () => {
    const chat = value(store.createChat());
    const { question, answer } = exchange(chat, "Does it rain?", "");
    const asked = finish(value(store.addAnotherAnswer(answer.id, request("r2"))).answer, "", { parts: calls });
    const started = value(store.addToolResults(asked.id, [result("c2"), result("c1")], request("r3")));
    expect(started.messages).toMatchObject([
      { role: "user", parentId: asked.id, parts: [result("c2"), result("c1")], state: "complete" },
      { role: "assistant", parts: [], state: "writing", requestId: "r3" },
    ]);
    expect(started.turns.map(({ messageId, parts }) => [messageId, parts])).toEqual([
      [question.id, question.parts],
      [asked.id, calls],
      [started.messages[0]!.id, [result("c2"), result("c1")]],
    ]);
    finish(started.answer, "It does.");
    expect(texts(chat.id)).toEqual(["Does it rain?", "Let me see.", "", "It does."]);
    expect(value(store.listChats())[0]!.title).toBe("Does it rain?");
  });

  it.each([
    ["none", []],
    ["too few", [result("c1")]],
    ["two of one call", [result("c1"), result("c1")]],
    ["of an unknown call", [result("c1"), result("c3")]],
    ["too many", [result("c1"), result("c2"), result("c1")]],
  ])("are refused unless each call has exactly one: %s", (_name, results) => {
    const chat = value(store.createChat());
    const { answer } = value(store.addQuestion(chat.id, "Does it rain?", request("r")));
    finish(answer, "", { parts: calls });
    expect(store.addToolResults(answer.id, results, request("r2"))).toMatchObject({
      ok: false,
      failure: { code: "request-invalid" },
    });
    expect(value(store.openChat(chat.id)).messages).toHaveLength(2);
  });

  it("are refused where nothing was called, or the answer is still being written", () => {
    const chat = value(store.createChat());
    const { question, answer } = exchange(chat, "Q", "A");
    const code = (messageId: MessageId) => {
      const outcome = store.addToolResults(messageId, [result("c1"), result("c2")], request("r2"));
      return outcome.ok ? "ok" : outcome.failure.code;
    };
    expect(code(question.id)).toBe("request-invalid");
    expect(code(answer.id)).toBe("request-invalid");
    expect(code(MessageId.parse("nowhere"))).toBe("not-found");
    const writing = value(store.addQuestion(chat.id, "Q2", request("r3"))).answer;
    value(store.writeCheckpoint(writing.id, calls));
    expect(code(writing.id)).toBe("engine-busy");
    finish(writing, "", { parts: calls });
    expect(code(writing.id)).toBe("ok");
  });
});

describe("search", () => {
  const found = (query: string) => value(search(query)).map(({ snippet }) => snippet);

  it("finds beginnings of words in messages and titles, and marks them", () => {
    const chat = value(store.createChat());
    exchange(chat, "Tell me about quantization", "Blocks of weights share a scale.");
    expect(found("quanti")).toEqual([
      "Tell me about \uE000quantization\uE001",
      "Tell me about \uE000quantization\uE001",
    ]);
    expect(found("WEIGHT block")).toEqual(["\uE000Blocks\uE001 of \uE000weights\uE001 share a scale."]);
    expect(found("missing")).toEqual([]);
  });

  it("takes nothing that is typed for an operator", () => {
    const chat = value(store.createChat());
    exchange(chat, 'A "quoted" NEAR word: x-y', "AND so on (really)");
    const hostile = [
      '"',
      '""',
      "'",
      "*",
      "a*b",
      "NEAR",
      "NEAR(a b)",
      "AND",
      "OR OR",
      "NOT",
      "-",
      "^a",
      "text:a",
      "{a b}:c",
      "(",
      ")",
      "a AND",
      "\0",
      "a\0b",
      "%",
      "_",
      "\\",
      "🙂",
      "\uD800",
      "a".repeat(500),
      '" OR "1',
      "x'); DROP TABLE messages; --",
    ];
    expect(hostile.filter((query) => !search(query).ok)).toEqual([]);
    expect(found("and")).toHaveLength(1);
    expect(found('"quoted"').length).toBeGreaterThan(0);
    expect(found("x-y").length).toBeGreaterThan(0);
  });

  it("leaves out deleted chats and prefers the recent of equals", () => {
    const old = value(store.createChat());
    exchange(old, "first", "about sparrows");
    now += 365 * 24 * 3_600_000;
    const recent = value(store.createChat());
    exchange(recent, "second", "about sparrows");
    expect(value(search("sparrows")).map(({ chatId }) => chatId)).toEqual([recent.id, old.id]);
    value(store.deleteChat(recent.id));
    expect(value(search("sparrows")).map(({ chatId }) => chatId)).toEqual([old.id]);
  });

  it("finds an answer when it is finished, whatever the ending", () => {
    const chat = value(store.createChat());
    const { answer } = value(store.addQuestion(chat.id, "Q", request("r")));
    value(store.writeCheckpoint(answer.id, textParts("a zebra")));
    expect(found("zebra")).toEqual([]);
    finish(answer, "a zebra runs", { state: "stopped" });
    expect(found("zebra")).toEqual(["a \uE000zebra\uE001 runs"]);
    expect(() => database.execute("INSERT INTO messages_fts(messages_fts) VALUES ('integrity-check')")).not.toThrow();
  });
});

describe("deleting", () => {
  it("can be taken back until the next start, then leaves nothing in the files", () => {
    const chat = value(store.createChat());
    exchange(chat, "A secret: xylophone", "Fine");
    value(store.deleteChat(chat.id));
    expect(value(store.listChats())).toEqual([]);
    expect(store.openChat(chat.id).ok).toBe(false);
    value(store.restoreChat(chat.id));
    expect(texts(chat.id)).toEqual(["A secret: xylophone", "Fine"]);

    value(store.deleteChat(chat.id));
    value(store.recover());
    expect(store.restoreChat(chat.id)).toMatchObject({ ok: false, failure: { code: "not-found" } });
    const left = database.get(
      "SELECT (SELECT count(*) FROM messages) AS messages, (SELECT count(*) FROM chats) AS chats",
    );
    expect(left).toEqual({ messages: 0, chats: 0 });
    expect(value(search("xylophone"))).toEqual([]);
  });
});

describe("a chat of 5,000 messages", () => {
  it("opens and goes quickly", () => {
    const chat = value(store.createChat());
    const facts = JSON.stringify({
      modelId: "m",
      modelName: "SmolLM2 135M Instruct",
      promptTokens: 1000,
      cachedTokens: 900,
      answerTokens: 120,
      timeToFirstTokenMs: 80,
      prefillTokensPerSecond: 900,
      decodeTokensPerSecond: 60,
      contextUsedTokens: 2000,
      contextSizeTokens: 8192,
      deltaLoadMs: null,
      deltaSwitchMs: null,
      format: null,
      endReason: "end",
      firstSeenMessageId: null,
    });
    database.transaction(() => {
      let parent: string | null = null;
      for (let index = 0; index < 5000; index++) {
        const role = index % 2 === 0 ? "user" : "assistant";
        database.run(
          "INSERT INTO messages (id, chat_id, parent_id, role, text, created_at_ms, state, facts) VALUES (?, ?, ?, ?, ?, ?, 'complete', ?)",
          `m${index}`,
          chat.id,
          parent,
          role,
          `Message ${index}. ${"Some words of an answer. ".repeat(20)}`,
          index,
          role === "user" ? null : facts,
        );
        parent = `m${index}`;
      }
      database.run("UPDATE chats SET leaf_id = ?", parent);
    });
    const times: number[] = [];
    for (let run = 0; run < 5; run++) {
      const start = performance.now();
      expect(value(store.openChat(chat.id)).messages).toHaveLength(5000);
      times.push(performance.now() - start);
    }
    console.log(`opening 5,000 messages: ${times.map((time) => time.toFixed(0)).join(", ")} ms`);
    value(store.deleteChat(chat.id));
    value(store.recover());
    expect(database.get("SELECT count(*) AS count FROM messages")).toEqual({ count: 0 });
  }, 60_000);
});

it("keeps two connections apart by waiting, not failing", () => {
  const other = connectDatabase(file());
  expect(other.get("SELECT count(*) AS count FROM chats")).toEqual({ count: 0 });
  value(store.createChat());
  expect(other.get("SELECT count(*) AS count FROM chats")).toEqual({ count: 1 });
  other.close();
});
