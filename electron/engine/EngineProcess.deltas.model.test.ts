// Deltas as main asks for them: messages in, messages out, on a tiny random model.
import { mkdtemp, readdir, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { DeltaToApply, FromEngine } from "../contract/engineProtocol";
import { ChatId, DeltaId, MessageId, ModelId, RequestId } from "../contract/ids";
import { textOf, textParts } from "../contract/parts";
import { writeLora } from "../testing/deltaGguf";
import { loadChoice, loadReasons } from "../testing/loadChoice";
import { writeTinyModel } from "../testing/tinyGguf";
import { EngineProcess } from "./EngineProcess";
import { startLlama } from "./startLlama";

type End = Extract<FromEngine, { kind: "end" }>["result"];

let folder: string;
let engine: EngineProcess;
let messages: FromEngine[];
let requests = 0;
const state = () => path.join(folder, "state");

const delta = (name: string, scale = 1): DeltaToApply => ({
  deltaId: DeltaId.parse(name),
  name,
  path: path.join(folder, `${name}.gguf`),
  scale,
});

async function ask(message: { kind: string; [key: string]: unknown }): Promise<End> {
  const requestId = RequestId.parse(`request-${++requests}`);
  engine.receive({ requestId, ...message });
  let found: FromEngine | undefined;
  await expect
    .poll(() => (found = messages.find((one) => one.kind === "end" && one.requestId === requestId)), {
      timeout: 30_000,
      interval: 5,
    })
    .toBeDefined();
  if (found?.kind !== "end") throw new Error("it did not end");
  return found.result;
}

const load = (conversations: number) =>
  ask({
    kind: "load",
    modelId: ModelId.parse("m"),
    path: path.join(folder, "tiny.gguf"),
    name: "Tiny",
    choice: loadChoice({ contextSizeTokens: 512, conversations }),
    reasons: loadReasons,
    stateFolder: state(),
    conversationsWithDeltas: 4,
  });

async function answer(stack: DeltaToApply[], { chatId = "chat", text = "Hello world" } = {}) {
  const result = await ask({
    kind: "generate",
    messageId: MessageId.parse("answer"),
    chatId: ChatId.parse(chatId),
    stack,
    turns: [{ messageId: MessageId.parse("u"), role: "user", parts: textParts(text) }],
    settings: { systemPrompt: "", sampling: { temperature: 0 }, seed: 7, maxTokens: 12 },
  });
  if (result.kind !== "answered") throw new Error(JSON.stringify(result));
  return result;
}

const reportedDeltas = () => messages.flatMap((message) => (message.kind === "deltas" ? [message.deltas] : []));

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "facet-engine-deltas-"));
  await writeTinyModel(path.join(folder, "tiny.gguf"));
  await writeLora(path.join(folder, "pirate.gguf"), { seed: 1, strength: 2 });
  await writeLora(path.join(folder, "poet.gguf"), { seed: 2, strength: 2 });
  await writeLora(path.join(folder, "wide.gguf"), {
    matrices: [{ name: "blk.0.attn_q.weight", columns: 96, rows: 64 }],
  });
  messages = [];
  engine = new EngineProcess(await startLlama({ log: () => {}, backend: "processor" }), (message) =>
    messages.push(message),
  );
  await engine.start();
}, 60_000);
afterAll(async () => {
  await engine.dispose();
  await rm(folder, { recursive: true });
}, 60_000);

it("answers by the stack that is asked for, says what is in memory, and what it took", async () => {
  expect((await load(1)).kind).toBe("loaded");
  const base = await answer([]);
  expect(base.facts).toMatchObject({ deltaLoadMs: null, deltaSwitchMs: null });
  const pirate = await answer([delta("pirate")]);
  expect(textOf(pirate.parts)).not.toBe(textOf(base.parts));
  expect(pirate.facts.deltaLoadMs).toBeGreaterThan(0);
  expect(reportedDeltas().at(-1)).toMatchObject({ loaded: [{ deltaId: "pirate" }], way: "switch" });
  await answer([delta("poet")]);
  expect(
    reportedDeltas()
      .at(-1)!
      .loaded.map(({ deltaId }) => deltaId),
  ).toEqual(["poet", "pirate"]);
  const again = await answer([delta("pirate")]);
  expect([again.parts, again.facts.cachedTokens, again.facts.deltaLoadMs]).toEqual([
    pirate.parts,
    again.facts.promptTokens - 1,
    null,
  ]);
  expect((await answer([])).parts).toEqual(base.parts);
});

it("says that a stack is at work before its answer begins", async () => {
  const before = messages.length;
  await answer([delta("pirate")], { text: "Once more, and longer, so that there is something to read." });
  const kinds = messages
    .slice(before)
    .map(({ kind }) => kind)
    .filter((kind) => kind !== "heartbeat" && kind !== "log");
  expect(kinds.indexOf("deltas-settled")).toBeGreaterThanOrEqual(0);
  expect(kinds.indexOf("deltas-settled")).toBeLessThan(kinds.indexOf("prefill-progress"));
});

it("fails one answer by a delta that does not go with the model, and answers the next", async () => {
  const refused = await ask({
    kind: "generate",
    messageId: MessageId.parse("answer"),
    chatId: ChatId.parse("chat"),
    stack: [delta("wide")],
    turns: [{ messageId: MessageId.parse("u"), role: "user", parts: textParts("Hello") }],
    settings: { systemPrompt: "", sampling: {} },
  });
  expect(refused).toMatchObject({
    kind: "failed",
    failure: { code: "delta-shapes-differ", details: { delta: "wide", tensor: "blk.0.attn_q.weight" } },
  });
  await answer([delta("pirate")]);
});

it("holds as many conversations as were planned from the start, so that the first delta costs the base nothing that it had read", async () => {
  const one = await load(1);
  const three = await load(3);
  if (one.kind !== "loaded" || three.kind !== "loaded") throw new Error("not loaded");
  expect(three.model.choice.conversations).toBe(3);
  expect(three.model.memory.contextBytes).toBeGreaterThan(one.model.memory.contextBytes);
  await load(4);
  await answer([]);
  await answer([delta("pirate")]);
  const { facts } = await answer([]);
  expect(facts.cachedTokens).toBe(facts.promptTokens - 1);
});

it("keeps nothing of a deleted chat, neither in memory nor in files", async () => {
  await load(1);
  const long = "Hello world and the other one. ".repeat(8);
  await answer([], { chatId: "one", text: `One. ${long}` });
  await answer([], { chatId: "two", text: `Quite another. ${long}` });
  const files = async () => (await readdir(state()).catch(() => [])).length;
  expect(await files()).toBe(1);
  engine.receive({ kind: "forget-chat", chatId: ChatId.parse("one") });
  engine.receive({ kind: "forget-chat", chatId: ChatId.parse("two") });
  await expect.poll(files).toBe(0);
  const { facts } = await answer([], { chatId: "three", text: `Quite another. ${long}` });
  expect(facts.cachedTokens).toBe(0);
});
