// From message to stored answer, with a real database and an engine that does what the test says.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { AnswerFacts, Chat, ChatSummary, Message } from "../../contract/chat";
import type { Failure, Outcome } from "../../contract/failure";
import type { NamedStack } from "../../contract/deltas";
import { DeltaId, ModelId, RequestId } from "../../contract/ids";
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
let refusal: Failure | null;
let messages: Message[];
let chats: ChatSummary[];
let saveFailures: Failure[];

const facts = (endReason: AnswerFacts["endReason"]): AnswerFacts => ({
  modelId: ModelId.parse("m"), modelName: "Model", promptTokens: 3, cachedTokens: 0, answerTokens: 2, timeToFirstTokenMs: 5,
  prefillTokensPerSecond: 100, decodeTokensPerSecond: 50, contextUsedTokens: 5, contextSizeTokens: 8192, deltaLoadMs: null, deltaSwitchMs: null, endReason, firstSeenMessageId: null,
});

function value<Value>(outcome: Outcome<Value>): Value {
  if (!outcome.ok) throw new Error(outcome.failure.code);
  return outcome.value;
}

const send = (text: string) => value(runner.send(chat.id, text)).messages;
const stored = () => value(store.openChat(chat.id)).messages;
const last = () => messages.at(-1)!;

/** From now on the disk has no room for anything longer than a few words. */
function fillDisk(): void {
  database.execute("PRAGMA wal_checkpoint(TRUNCATE)");
  database.execute(`PRAGMA max_page_count = ${database.askPragma("page_count")[0]}`);
}
const freeDisk = () => database.execute("PRAGMA max_page_count = 1000000");
const long = (word: string) => `${word} `.repeat(50_000);

beforeEach(() => {
  vi.useFakeTimers();
  folder = mkdtempSync(path.join(tmpdir(), "facet-answers-"));
  ({ database } = value(openChatDatabase(path.join(folder, "chats.db"), Date.now)));
  store = new ChatStore(database, Date.now);
  chat = value(store.createChat());
  [jobs, cancelled, refusal, messages, chats, saveFailures] = [[], [], null, [], [], []];
  let requests = 0;
  runner = new AnswerRunner({
    store,
    engine: { refusal: () => refusal, generate: (job) => jobs.push(job), cancel: (id) => cancelled.push(id) },
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
    expect(stored().map(({ text, state }) => [text, state])).toEqual([["What is a quant?", "complete"], ["", "writing"]]);
    expect(messages).toEqual([question, answer]);
    expect(chats.at(-1)!.title).toBe("What is a quant?");
    expect(jobs[0]).toMatchObject({ messageId: answer!.id, requestId: answer!.requestId, turns: [{ role: "user", text: "What is a quant?" }] });
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

describe("fine-tunes", () => {
  const pirate: NamedStack = [{ deltaId: DeltaId.parse("d1"), name: "Pirate", hue: 3, kind: "lora", scale: 0.5 }];

  it("answer by the chat's stack, or by another for one answer", () => {
    value(store.setStack(chat.id, pirate));
    const [, answer] = send("Q");
    expect([answer!.stack, jobs[0]!.stack]).toEqual([pirate, pirate]);
    jobs[0]!.onEnd({ kind: "answered", text: "Arr.", facts: facts("end") });
    value(runner.regenerate(answer!.id, []));
    expect(jobs[1]!.stack).toEqual([]);
    jobs[1]!.onEnd({ kind: "answered", text: "Well.", facts: facts("end") });
    expect(stored()[1]).toMatchObject({ text: "Well.", stack: [] });
  });

  it("side by side get the same turns, each its own request and end; one that fails takes no other along", () => {
    const asked = value(runner.compare(chat.id, "Q", [[], pirate])).messages;
    expect(asked.map(({ role }) => role)).toEqual(["user", "assistant", "assistant"]);
    expect(jobs.map(({ stack, turns }) => [stack, turns.length])).toEqual([[[], 1], [pirate, 1]]);
    expect(jobs[0]!.requestId).not.toBe(jobs[1]!.requestId);
    jobs[1]!.onCheckpoint("Ar");
    expect(runner.withUnsaved(value(store.openChat(chat.id))).compared).toMatchObject([{ text: "Ar", state: "writing" }]);
    jobs[0]!.onEnd({ kind: "failed", failure: { code: "internal" }, text: "" });
    jobs[1]!.onEnd({ kind: "answered", text: "Arr.", facts: facts("end") });
    const { messages: branch, compared } = value(store.openChat(chat.id));
    expect([branch.at(-1)!.state, compared[0]!.state, compared[0]!.text]).toEqual(["failed", "complete", "Arr."]);
  });

  it("answer a question again that is said differently, side by side", () => {
    const [question] = value(runner.compare(chat.id, "Q", [[], pirate])).messages;
    for (const job of jobs) job.onEnd({ kind: "answered", text: "A", facts: facts("end") });
    value(runner.editCompared(question!.id, "Q, better", [[], pirate]));
    expect(jobs.slice(2).map(({ stack, turns }) => [stack, turns.map(({ text }) => text)])).toEqual([[[], ["Q, better"]], [pirate, ["Q, better"]]]);
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
    jobs[0]!.onCheckpoint("Par");
    expect(stored()[1]!.text).toBe("Par");
    jobs[0]!.onEnd({ kind: "answered", text: "Paris.", facts: facts("end") });
    expect(last()).toMatchObject({ text: "Paris.", state: "complete", requestId: null, facts: { answerTokens: 2 } });
    expect(stored()[1]).toEqual(last());
  });

  it.each([
    ["stopped by the person", { kind: "answered", text: "Half", facts: facts("stopped") }, { state: "stopped", text: "Half" }],
    ["stopped while waiting or by force", { kind: "cancelled" }, { state: "stopped", text: "Checkpoint" }],
    ["cut by a dying engine", { kind: "engine-died", failure: { code: "engine-crashed" } }, { state: "interrupted", text: "Checkpoint", failure: { code: "engine-crashed" } }],
    ["failed after some words", { kind: "failed", failure: { code: "internal" }, text: "Half of" }, { state: "interrupted", text: "Half of" }],
    ["failed, its words known here only", { kind: "failed", failure: { code: "internal" }, text: "" }, { state: "interrupted", text: "Checkpoint" }],
  ] as const)("%s keeps its words", (_how, end, expected) => {
    send("Q");
    jobs[0]!.onCheckpoint("Checkpoint");
    jobs[0]!.onEnd(end);
    expect(last()).toMatchObject(expected);
    expect(stored()[1]).toEqual(last());
  });

  it("that never began has failed", () => {
    send("Q");
    jobs[0]!.onEnd({ kind: "failed", failure: { code: "message-longer-than-context" }, text: "" });
    expect(last()).toMatchObject({ state: "failed", text: "", failure: { code: "message-longer-than-context" } });
  });

  it("can be had anew, and a question asked differently", () => {
    const [question, answer] = send("Q");
    jobs[0]!.onEnd({ kind: "answered", text: "A", facts: facts("end") });
    value(runner.regenerate(answer!.id));
    expect(jobs[1]!.turns).toEqual(jobs[0]!.turns);
    jobs[1]!.onEnd({ kind: "answered", text: "B", facts: facts("end") });
    expect(last().siblingIds).toHaveLength(2);
    value(runner.edit(question!.id, "Q, better"));
    expect(jobs[2]!.turns.map(({ text }) => text)).toEqual(["Q, better"]);
  });

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
    jobs[0]!.onCheckpoint("Short");
    fillDisk();
    jobs[0]!.onCheckpoint(long("one"));
    jobs[0]!.onCheckpoint(long("two"));
    expect(saveFailures).toMatchObject([{ code: "disk-full" }]);
    expect(runner.withUnsaved(value(store.openChat(chat.id))).messages[1]!.text).toBe(long("two"));

    jobs[0]!.onEnd({ kind: "answered", text: long("three"), facts: facts("end") });
    expect(last()).toMatchObject({ text: long("three"), state: "complete" });
    expect(saveFailures).toHaveLength(1);
    expect(stored()[1]).toMatchObject({ text: "Short", state: "writing" });
    expect(runner.withUnsaved(value(store.openChat(chat.id))).messages[1]).toMatchObject({ text: long("three"), state: "complete" });

    vi.advanceTimersByTime(5_000);
    expect(stored()[1]!.state).toBe("writing");
    freeDisk();
    vi.advanceTimersByTime(5_000);
    expect(stored()[1]).toMatchObject({ text: long("three"), state: "complete" });
    expect(vi.getTimerCount()).toBe(0);
  });

  it("gets a last chance when the app is closed", () => {
    send("Q");
    fillDisk();
    jobs[0]!.onEnd({ kind: "answered", text: long("word"), facts: facts("end") });
    freeDisk();
    runner.close();
    expect(stored()[1]!.state).toBe("complete");
  });
});
