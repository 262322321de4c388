// From message to stored answer, with a real database and an engine that does what the test says.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { AnswerFacts, Chat, ChatSummary, Message } from "../../contract/chat";
import type { Failure, Outcome } from "../../contract/failure";
import type { NamedStack } from "../../contract/deltas";
import { DeltaId, ModelId, RequestId } from "../../contract/ids";
import { textOf, textParts } from "../../contract/parts";
import { ChatStore } from "../chats/ChatStore";
import type { Database } from "../chats/database";
import { openChatDatabase } from "../chats/openChatDatabase";
import type { AnswerJob } from "./AnswerJob";
import { AnswerRunner } from "./AnswerRunner";

let folder: string;
let database: Database;
let store: ChatStore;
let runner: AnswerRunner;
let chat: Chat;
let jobs: AnswerJob[];
let cancelled: RequestId[];
let answeredNow: RequestId[];
let refusal: Failure | null;
let messages: Message[];
let chats: ChatSummary[];
let saveFailures: Failure[];

const facts = (endReason: AnswerFacts["endReason"]): AnswerFacts => ({
  modelId: ModelId.parse("m"),
  modelName: "Model",
  promptTokens: 3,
  cachedTokens: 0,
  answerTokens: 2,
  timeToFirstTokenMs: 5,
  prefillTokensPerSecond: 100,
  decodeTokensPerSecond: 50,
  contextUsedTokens: 5,
  contextSizeTokens: 8192,
  deltaLoadMs: null,
  deltaSwitchMs: null,
  format: null,
  endReason,
  firstSeenMessageId: null,
});

function value<Value>(outcome: Outcome<Value>): Value {
  if (!outcome.ok) throw new Error(outcome.failure.code);
  return outcome.value;
}

const send = (text: string) => value(runner.send(chat.id, text)).messages;
/** As a program would see it that knows the disk alone. */
const stored = () => value(new ChatStore(database, Date.now).openChat(chat.id)).messages;
const last = () => messages.at(-1)!;

/** From now on the disk has no room for anything longer than a few words. */
function fillDisk(): void {
  database.execute("PRAGMA wal_checkpoint(TRUNCATE)");
  database.execute(`PRAGMA max_page_count = ${database.values("page_count", "pragma_page_count")[0]}`);
}
const freeDisk = () => database.execute("PRAGMA max_page_count = 1000000");
const long = (word: string) => `${word} `.repeat(50_000);

beforeEach(() => {
  vi.useFakeTimers();
  folder = mkdtempSync(path.join(tmpdir(), "facet-answers-"));
  database = value(openChatDatabase(path.join(folder, "chats.db")));
  store = new ChatStore(database, Date.now);
  chat = value(store.createChat());
  [jobs, cancelled, answeredNow, refusal, messages, chats, saveFailures] = [[], [], [], null, [], [], []];
  let requests = 0;
  runner = new AnswerRunner({
    store,
    engine: {
      refusal: () => refusal,
      generate: (job) => jobs.push(job),
      cancel: (id) => cancelled.push(id),
      answerNow: (id) => answeredNow.push(id),
    },
    newRequestId: () => RequestId.parse(`request-${++requests}`),
    onMessageChanged: (message) => messages.push(message),
    onChatChanged: (changed) => chats.push(changed),
    onSaveFailed: (failure) => saveFailures.push(failure),
  });
});
afterEach(() => {
  runner.close();
  store.close();
  rmSync(folder, { recursive: true });
  vi.useRealTimers();
});

describe("sending", () => {
  it("stores both messages before the engine hears of them, and tells the window", () => {
    const [question, answer] = send("What is a quant?");
    expect(stored().map(({ parts, state }) => [textOf(parts), state])).toEqual([
      ["What is a quant?", "complete"],
      ["", "writing"],
    ]);
    expect(messages).toEqual([question, answer]);
    expect(chats.at(-1)!.title).toBe("What is a quant?");
    expect(jobs[0]).toMatchObject({
      messageId: answer!.id,
      requestId: answer!.requestId,
      turns: [{ role: "user", parts: textParts("What is a quant?") }],
    });
  });

  it("is refused without a model, and nothing is stored", () => {
    refusal = { code: "model-missing" };
    expect(runner.send(chat.id, "Hello")).toEqual({ ok: false, failure: refusal });
    expect(stored()).toEqual([]);
  });

  it("is refused on a full disk, and nothing is stored", () => {
    fillDisk();
    expect(runner.send(chat.id, long("x"))).toMatchObject({ ok: false, failure: { code: "disk-full" } });
    expect(jobs).toEqual([]);
    expect(stored()).toEqual([]);
  });
});

describe("thinking", () => {
  it("is as the chat chose it, or otherwise for one answer", () => {
    value(
      store.saveSettings(chat.id, {
        systemPrompt: "Be brief.",
        sampling: {},
        thinking: { isOn: true, effort: "high" },
      }),
    );
    const end = () => jobs.at(-1)!.onEnd({ kind: "answered", parts: textParts("A"), facts: facts("end") });
    const [, answer] = send("Q");
    end();
    value(runner.send(chat.id, "Q2", { isOn: false }));
    end();
    value(runner.regenerate(answer!.id, undefined, { budgetTokens: 10 }));
    end();
    send("Q3");
    expect(jobs.map(({ settings }) => settings.thinking)).toEqual([
      { isOn: true, effort: "high" },
      { isOn: false },
      { budgetTokens: 10 },
      { isOn: true, effort: "high" },
    ]);
    expect(jobs.map(({ settings }) => settings.systemPrompt)).toEqual(Array.from({ length: 4 }, () => "Be brief."));
    expect(value(store.openChat(chat.id)).chat.settings.thinking).toEqual({ isOn: true, effort: "high" });
  });

  it("is ended by the engine where the user wants the answer now, and the thought stays", () => {
    const [, answer] = send("Q");
    const thought = { kind: "thought", text: "Hm", durationMs: 700 } as const;
    runner.answerNow(answer!.requestId!);
    expect([answeredNow, cancelled]).toEqual([[answer!.requestId], []]);
    jobs[0]!.onCheckpoint([{ ...thought, durationMs: null }]);
    expect(stored()[1]!.parts).toEqual([{ ...thought, durationMs: null }]);
    jobs[0]!.onEnd({ kind: "answered", parts: [thought, ...textParts("A")], facts: facts("end") });
    expect(stored()[1]).toMatchObject({ state: "complete", parts: [thought, ...textParts("A")] });
  });
});

describe("tools", () => {
  it("that an answer called return their results, and the model goes on with them", () => {
    const [question, answer] = send("Does it rain?");
    const call = { kind: "tool-call", callId: "c1", name: "weather", arguments: "{}" } as const;
    const result = { kind: "tool-result", callId: "c1", name: "weather", text: "Rain" } as const;
    expect(runner.sendToolResults(answer!.id, [result])).toMatchObject({ ok: false });
    jobs[0]!.onEnd({ kind: "answered", parts: [call], facts: facts("end") });
    const [results] = value(runner.sendToolResults(answer!.id, [result])).messages;
    expect(jobs[1]!.turns).toEqual([
      { messageId: question!.id, role: "user", parts: textParts("Does it rain?") },
      { messageId: answer!.id, role: "assistant", parts: [call] },
      { messageId: results!.id, role: "user", parts: [result] },
    ]);
    refusal = { code: "model-missing" };
    expect(runner.sendToolResults(answer!.id, [result])).toEqual({ ok: false, failure: refusal });
    expect(jobs).toHaveLength(2);
  });
});

describe("fine-tunes", () => {
  const pirate: NamedStack = [{ deltaId: DeltaId.parse("d1"), name: "Pirate", hue: 3, kind: "lora", scale: 0.5 }];

  it("answer by the chat's stack, or by another for one answer", () => {
    value(store.setStack(chat.id, pirate));
    const [, answer] = send("Q");
    expect([answer!.stack, jobs[0]!.stack]).toEqual([pirate, pirate]);
    jobs[0]!.onEnd({ kind: "answered", parts: textParts("Arr."), facts: facts("end") });
    value(runner.regenerate(answer!.id, []));
    expect(jobs[1]!.stack).toEqual([]);
    jobs[1]!.onEnd({ kind: "answered", parts: textParts("Well."), facts: facts("end") });
    expect(stored()[1]).toMatchObject({ parts: textParts("Well."), stack: [] });
  });

  it("side by side get the same turns, each its own request and end; one that fails takes no other along", () => {
    const asked = value(runner.compare(chat.id, "Q", [[], pirate])).messages;
    expect(asked.map(({ role }) => role)).toEqual(["user", "assistant", "assistant"]);
    expect(jobs.map(({ stack, turns }) => [stack, turns.length])).toEqual([
      [[], 1],
      [pirate, 1],
    ]);
    expect(jobs[0]!.requestId).not.toBe(jobs[1]!.requestId);
    jobs[1]!.onCheckpoint(textParts("Ar"));
    expect(runner.withUnsaved(value(store.openChat(chat.id))).compared).toMatchObject([
      { parts: textParts("Ar"), state: "writing" },
    ]);
    jobs[0]!.onEnd({ kind: "failed", failure: { code: "internal" }, parts: textParts("") });
    jobs[1]!.onEnd({ kind: "answered", parts: textParts("Arr."), facts: facts("end") });
    const { messages: branch, compared } = value(store.openChat(chat.id));
    expect([branch.at(-1)!.state, compared[0]!.state, textOf(compared[0]!.parts)]).toEqual([
      "failed",
      "complete",
      "Arr.",
    ]);
  });

  it("answer a question again that is said differently, side by side", () => {
    const [question] = value(runner.compare(chat.id, "Q", [[], pirate])).messages;
    for (const job of jobs) job.onEnd({ kind: "answered", parts: textParts("A"), facts: facts("end") });
    value(runner.editCompared(question!.id, "Q, better", [[], pirate]));
    expect(jobs.slice(2).map(({ stack, turns }) => [stack, turns.map(({ parts }) => textOf(parts))])).toEqual([
      [[], ["Q, better"]],
      [pirate, ["Q, better"]],
    ]);
    refusal = { code: "model-missing" };
    expect(runner.editCompared(question!.id, "Once more", [[], pirate])).toEqual({ ok: false, failure: refusal });
  });

  it("are not compared without a model, and nothing is stored", () => {
    refusal = { code: "model-missing" };
    expect(runner.compare(chat.id, "Q", [[], pirate])).toEqual({ ok: false, failure: refusal });
    expect(stored()).toEqual([]);
  });
});

describe("an answer", () => {
  it("grows on disk and ends with its facts", () => {
    send("Q");
    jobs[0]!.onCheckpoint(textParts("Par"));
    expect(textOf(stored()[1]!.parts)).toBe("Par");
    jobs[0]!.onEnd({ kind: "answered", parts: textParts("Paris."), facts: facts("end") });
    expect(last()).toMatchObject({
      parts: textParts("Paris."),
      state: "complete",
      requestId: null,
      facts: { answerTokens: 2 },
    });
    expect(stored()[1]).toEqual(last());
  });

  it.each([
    [
      "stopped by the person",
      { kind: "answered", parts: textParts("Half"), facts: facts("stopped") },
      { state: "stopped", parts: textParts("Half") },
    ],
    ["stopped while waiting or by force", { kind: "cancelled" }, { state: "stopped", parts: textParts("Checkpoint") }],
    [
      "cut by a dying engine",
      { kind: "engine-died", failure: { code: "engine-crashed" } },
      { state: "interrupted", parts: textParts("Checkpoint"), failure: { code: "engine-crashed" } },
    ],
    [
      "failed after some words",
      { kind: "failed", failure: { code: "internal" }, parts: textParts("Half of") },
      { state: "interrupted", parts: textParts("Half of") },
    ],
    [
      "failed, its words known here only",
      { kind: "failed", failure: { code: "internal" }, parts: textParts("") },
      { state: "interrupted", parts: textParts("Checkpoint") },
    ],
  ] as const)("%s keeps its words", (_how, end, expected) => {
    send("Q");
    jobs[0]!.onCheckpoint(textParts("Checkpoint"));
    jobs[0]!.onEnd(end);
    expect(last()).toMatchObject(expected);
    expect(stored()[1]).toEqual(last());
  });

  it("that never began has failed", () => {
    send("Q");
    jobs[0]!.onEnd({ kind: "failed", failure: { code: "message-longer-than-context" }, parts: textParts("") });
    expect(last()).toMatchObject({ state: "failed", parts: [], failure: { code: "message-longer-than-context" } });
  });

  it("can be asked for again, and a question asked differently", () => {
    const [question, answer] = send("Q");
    jobs[0]!.onEnd({ kind: "answered", parts: textParts("A"), facts: facts("end") });
    value(runner.regenerate(answer!.id));
    expect(jobs[1]!.turns).toEqual(jobs[0]!.turns);
    jobs[1]!.onEnd({ kind: "answered", parts: textParts("B"), facts: facts("end") });
    expect(last().siblingIds).toHaveLength(2);
    value(runner.edit(question!.id, "Q, better"));
    expect(jobs[2]!.turns.map(({ parts }) => textOf(parts))).toEqual(["Q, better"]);
  });

  it.each(["regenerate", "edit", "send", "compare"] as const)(
    "is the only one in its chat: of ten calls at once to %s one is answered",
    (what) => {
      const [question, answer] = send("Q");
      jobs[0]!.onEnd({ kind: "answered", parts: textParts("A"), facts: facts("end") });
      const ask = {
        regenerate: () => runner.regenerate(answer!.id),
        edit: () => runner.edit(question!.id, "Q, better"),
        send: () => runner.send(chat.id, "Q2"),
        compare: () => runner.compare(chat.id, "Q2", [[], []]),
      }[what];
      const outcomes = Array.from({ length: 10 }, ask);
      expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1);
      expect(outcomes.slice(1)).toEqual(
        Array.from({ length: 9 }, () => ({ ok: false, failure: { code: "engine-busy" } })),
      );
      expect(jobs).toHaveLength(what === "compare" ? 3 : 2);
      for (const job of jobs.slice(1)) job.onEnd({ kind: "answered", parts: textParts("B"), facts: facts("end") });
      expect(ask().ok).toBe(true);
    },
  );

  it("is stopped with its chat", () => {
    const other = value(store.createChat());
    send("Q");
    value(runner.send(other.id, "Q2"));
    runner.stopChat(chat.id);
    expect(cancelled).toEqual([jobs[0]!.requestId]);
  });
});

describe("a disk that fills up", () => {
  it("costs no word: the answer goes on, it is said once, and it is saved when there is room", () => {
    send("Q");
    jobs[0]!.onCheckpoint(textParts("Short"));
    fillDisk();
    jobs[0]!.onCheckpoint(textParts(long("one")));
    jobs[0]!.onCheckpoint(textParts(long("two")));
    expect(saveFailures).toMatchObject([{ code: "disk-full" }]);
    expect(runner.withUnsaved(value(store.openChat(chat.id))).messages[1]!.parts).toEqual(textParts(long("two")));

    jobs[0]!.onEnd({ kind: "answered", parts: textParts(long("three")), facts: facts("end") });
    expect(last()).toMatchObject({ parts: textParts(long("three")), state: "complete" });
    expect(saveFailures).toHaveLength(1);
    expect(stored()[1]).toMatchObject({ parts: textParts("Short"), state: "writing" });
    expect(runner.withUnsaved(value(store.openChat(chat.id))).messages[1]).toMatchObject({
      parts: textParts(long("three")),
      state: "complete",
    });

    vi.advanceTimersByTime(5_000);
    expect(stored()[1]!.state).toBe("writing");
    freeDisk();
    vi.advanceTimersByTime(5_000);
    expect(stored()[1]).toMatchObject({ parts: textParts(long("three")), state: "complete" });
    expect(vi.getTimerCount()).toBe(0);
  });

  it("blocks no chat: what is asked next is answered with the words that are not saved", () => {
    const [question, answer] = send("Q");
    fillDisk();
    const words = textParts(long("word"));
    jobs[0]!.onEnd({ kind: "answered", parts: words, facts: facts("end") });
    expect(last()).toMatchObject({ id: answer!.id, parts: words, state: "complete", isUnsaved: true });

    // Nothing of what the user asks is half-stored where there is no room even for that.
    expect(runner.send(chat.id, long("question"))).toMatchObject({ ok: false, failure: { code: "disk-full" } });
    database.execute(`PRAGMA max_page_count = ${Number(database.values("page_count", "pragma_page_count")[0]) + 8}`);
    const [next] = value(runner.send(chat.id, "And then?")).messages;
    expect(jobs[1]!.turns.map(({ messageId, parts }) => [messageId, parts])).toEqual([
      [question!.id, textParts("Q")],
      [answer!.id, words],
      [next!.id, textParts("And then?")],
    ]);
    jobs[1]!.onEnd({ kind: "answered", parts: textParts("Short"), facts: facts("end") });
    expect(runner.saveNow()).toMatchObject({
      answers: [{ title: "Q", question: { id: question!.id }, answer: { id: answer!.id, parts: words } }],
      failure: { code: "disk-full" },
    });
    expect(stored().map(({ state }) => state)).toEqual(["complete", "writing", "complete", "complete"]);

    messages = [];
    freeDisk();
    expect(runner.saveNow()).toEqual({ answers: [], failure: null });
    expect(messages).toMatchObject([{ id: answer!.id, parts: words, state: "complete" }]);
    expect(messages[0]).not.toHaveProperty("isUnsaved");
    expect(stored()[1]).toMatchObject({ parts: words, state: "complete" });
  });

  it("is tried again more and more rarely, and an answer that is too long holds up no shorter one", () => {
    const other = value(store.createChat());
    send("Q");
    value(runner.send(other.id, "Q2"));
    fillDisk();
    const tries: number[] = [];
    const save = store.saveUnsaved.bind(store);
    store.saveUnsaved = () => {
      tries.push(Date.now());
      return save();
    };
    jobs[0]!.onEnd({ kind: "answered", parts: textParts(long("word")), facts: facts("end") });
    jobs[1]!.onEnd({ kind: "answered", parts: textParts(long("other").slice(0, 40_000)), facts: facts("end") });
    const beganAt = Date.now();
    vi.advanceTimersByTime(200_000);
    expect(tries.map((atMs) => (atMs - beganAt) / 1_000)).toEqual([1, 3, 7, 15, 31, 63, 123, 183]);

    database.execute(`PRAGMA max_page_count = ${Number(database.values("page_count", "pragma_page_count")[0]) + 30}`);
    expect(runner.saveNow().answers.map(({ answer }) => answer.chatId)).toEqual([chat.id]);
    expect(value(store.openChat(other.id)).messages[1]).toMatchObject({ state: "complete" });
  });

  it("counts the words of an answer that is still being written, and ends it before they are written elsewhere", async () => {
    vi.useRealTimers();
    send("Q");
    fillDisk();
    jobs[0]!.onCheckpoint(textParts(long("one")));
    expect(runner.saveNow().answers).toMatchObject([{ answer: { parts: textParts(long("one")), state: "writing" } }]);
    const stopping = runner.stopUnsaved();
    expect(cancelled).toEqual([jobs[0]!.requestId]);
    jobs[0]!.onEnd({ kind: "answered", parts: textParts(long("two")), facts: facts("stopped") });
    await stopping;
    expect(runner.saveNow().answers).toMatchObject([{ answer: { parts: textParts(long("two")), state: "stopped" } }]);
  });

  it("takes nothing from a user who deletes the chat with its words", () => {
    send("Q");
    fillDisk();
    jobs[0]!.onEnd({ kind: "answered", parts: textParts(long("word")), facts: facts("end") });
    expect(runner.saveNow().answers).toHaveLength(1);
    database.execute(`PRAGMA max_page_count = ${Number(database.values("page_count", "pragma_page_count")[0]) + 8}`);
    value(store.deleteChat(chat.id));
    expect(runner.saveNow()).toEqual({ answers: [], failure: null });
    value(store.restoreChat(chat.id));
    expect(runner.saveNow().answers).toHaveLength(1);
  });

  it("gets a last chance when the app is closed", () => {
    send("Q");
    fillDisk();
    jobs[0]!.onEnd({ kind: "answered", parts: textParts(long("word")), facts: facts("end") });
    freeDisk();
    runner.close();
    expect(stored()[1]!.state).toBe("complete");
  });
});
