// The engine with real models: the starter model for answers, a tiny random one for what must be quick or broken.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { MessageChannel } from "node:worker_threads";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Turn } from "../contract/engineProtocol";
import { MessageId } from "../contract/ids";
import { changeParts, textOf, textParts, type MessagePart } from "../contract/parts";
import { defaultSampling } from "../contract/sampling";
import { StreamToReader } from "../contract/tokenStream";
import { LocalEngine, type Answered } from "../testing/LocalEngine";
import { loadReasons } from "../testing/loadChoice";
import { starterModelPath } from "../testing/starterModelPath";
import { tinyModelBytes, writeTinyModel } from "../testing/tinyGguf";
import { EngineProcess } from "./EngineProcess";
import { startLlama } from "./startLlama";
import type { StreamPort } from "./TokenSender";

const STOP_LIMIT_MS = 200;
/** Other work on the machine can take the processor for that long; the limit itself is the product's. */
const SCHEDULING_SLACK_MS = 100;
const user = (id: string, text: string): Turn => ({
  messageId: MessageId.parse(id),
  role: "user",
  parts: textParts(text),
});
const assistant = (id: string, text: string): Turn => ({
  messageId: MessageId.parse(id),
  role: "assistant",
  parts: textParts(text),
});

/** What a window shows of a stream. */
function shown(received: readonly StreamToReader[]): MessagePart[] {
  return received.reduce<MessagePart[]>((parts, message) => {
    if (message.kind === "begin") return message.parts;
    return message.kind === "batch" ? message.changes.reduce(changeParts, parts) : parts;
  }, []);
}

/** A window at the other end of a real MessagePort. */
function openWindow(main: LocalEngine, { credits = true } = {}) {
  const { port1, port2 } = new MessageChannel();
  const received: StreamToReader[] = [];
  port1.on("message", (message: unknown) => {
    const parsed = StreamToReader.parse(message);
    received.push(parsed);
    if (credits && parsed.kind === "batch") port1.postMessage({ kind: "credit", requestId: parsed.requestId });
  });
  const port: StreamPort = {
    post: (message) => port2.postMessage(message),
    close: () => port2.close(),
    onMessage: (listener) => void port2.on("message", listener),
    onClose: (listener) => void port2.on("close", listener),
  };
  main.engine?.receive({ kind: "reader-port" }, port);
  return { received, say: (message: object) => port1.postMessage(message), close: () => port1.close() };
}

let folder: string;
let tiny: string;
const main = new LocalEngine();

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "facet-engine-"));
  tiny = path.join(folder, "tiny.gguf");
  await writeTinyModel(tiny);
  const llama = await startLlama({ log: () => {}, backend: "processor" });
  main.stateFolder = path.join(folder, "state");
  main.engine = new EngineProcess(llama, main.post);
  await main.engine.start();
}, 60_000);
afterAll(async () => {
  await main.engine?.dispose();
  await rm(folder, { recursive: true });
}, 60_000);

describe("the engine with a tiny model", { timeout: 60_000 }, () => {
  const question = [user("u1", "Hello world")];

  it("says hello and shows that it lives", () => {
    expect(main.messages[0]).toMatchObject({ kind: "hello", llamaCpp: "v0.5.0" });
    expect(main.messages.some(({ kind }) => kind === "heartbeat")).toBe(true);
  });

  it("ends a generation without a model with a failure", async () => {
    expect(await main.start(question).end).toMatchObject({ kind: "failed" });
  });

  it("loads, and sends what it holds", async () => {
    const result = await main.load(tiny, { contextSizeTokens: 512 });
    expect(result).toMatchObject({
      kind: "loaded",
      model: {
        name: "A name",
        architecture: "llama",
        quantization: "F32",
        contextSizeTokens: 512,
        reasons: loadReasons,
        trainContextSizeTokens: 2048,
        samplingDefaults: defaultSampling,
      },
    });
  });

  it("counts the tokens of a text, control tokens spelled out in it as text", async () => {
    const count = async (text: string) => {
      const requestId = main.newId();
      const counted = main.when((message) => message.kind === "counted" && message.requestId === requestId);
      main.send({ kind: "count-tokens", requestId, text });
      await counted;
      return main.messages.findLast((message) => message.kind === "counted")?.tokens;
    };
    expect(await count("")).toBe(0);
    const [once, twice] = [await count("lighthouse "), await count("lighthouse lighthouse ")];
    expect(once).toBeGreaterThan(0);
    expect(twice).toBeGreaterThan(once ?? 0);
    expect(await count("<s>")).toBeGreaterThan(1);
  });
  it("takes the sampling that the model suggests only where it makes sense", async () => {
    const file = path.join(folder, "named.gguf");
    const float = (value: number) => ({ type: "float32", value }) as const;
    await writeTinyModel(file, {
      metadata: {
        "general.sampling.temp": float(0.6),
        "general.sampling.top_p": float(7),
        "general.sampling.top_k": { type: "uint32", value: 20 },
      },
    });
    expect(await main.load(file)).toMatchObject({
      kind: "loaded",
      model: {
        contextSizeTokens: 2048,
        reasons: { ...loadReasons, contextSizeTokens: "training" },
        samplingDefaults: { ...defaultSampling, temperature: 0.6, topK: 20, topP: 1, minP: 0, repeatPenalty: 1 },
      },
    });
  });

  it("writes until the limit, until the end token, or until the context is full, and says which", async () => {
    await main.load(tiny, { contextSizeTokens: 512 });
    const length = await main.answer(question, { maxTokens: 5 });
    expect(length.facts).toMatchObject({ endReason: "length", answerTokens: 5, firstSeenMessageId: null });
    const context = await main.answer(question, { maxTokens: 10_000 });
    expect(context.facts.endReason).toBe("context");
    expect(context.facts.contextUsedTokens).toBe(511);
    expect(context.facts.promptTokens + context.facts.answerTokens).toBe(512);
    // After it, the same conversation can go on.
    expect((await main.answer(question, { maxTokens: 3 })).facts.endReason).toBe("length");
  });

  it("sends the same text to the window, in checkpoints, and at the end", async () => {
    const window = openWindow(main);
    const { requestId, end } = main.start(question, { maxTokens: 300 });
    const result = await end;
    await new Promise((resolve) => setTimeout(resolve, 50));
    const parts = result.kind === "answered" ? result.parts : [];
    const text = textOf(parts);
    expect(text.length).toBeGreaterThan(100);
    expect(shown(window.received)).toEqual(parts);
    expect(window.received.map(({ sequence }) => sequence)).toEqual(window.received.map((_, index) => index));
    expect(window.received.at(-1)).toMatchObject({ kind: "end", requestId, outcome: "complete" });
    const checkpoints = main.messages.filter(
      (message) => message.kind === "checkpoint" && message.requestId === requestId,
    );
    for (const checkpoint of checkpoints)
      expect(text.startsWith("parts" in checkpoint ? textOf(checkpoint.parts) : "?")).toBe(true);
    window.close();
  });

  it("goes on without the window, and a new window begins with the text so far", async () => {
    const first = openWindow(main);
    const running = main.start(question, { maxTokens: 400 });
    await main.when(({ kind }) => kind === "checkpoint" || kind === "end");
    first.close();
    const second = openWindow(main);
    const result = await running.end;
    await new Promise((resolve) => setTimeout(resolve, 50));
    const seen = textOf(shown(second.received));
    expect(result).toMatchObject({ kind: "answered" });
    expect(["", result.kind === "answered" ? textOf(result.parts) : "?"]).toContain(seen);
    second.close();
  });

  it("drops the oldest turns when a small context overflows, and goes on", async () => {
    const turns: Turn[] = [];
    let sawDrop = false;
    for (let index = 0; index < 8; index++) {
      turns.push(user(`u${index}`, `Question ${index}: ${"tell me about the harbour. ".repeat(4)}`));
      const { parts, facts } = await main.answer(turns, { systemPrompt: "Answer briefly.", maxTokens: 12 });
      expect(facts.promptTokens + 12).toBeLessThanOrEqual(512);
      sawDrop ||=
        facts.firstSeenMessageId !== null && turns.some(({ messageId }) => messageId === facts.firstSeenMessageId);
      turns.push(assistant(`a${index}`, textOf(parts)));
    }
    expect(sawDrop).toBe(true);
  });

  it("takes one generation at a time", async () => {
    const first = main.start(question, { maxTokens: 200 });
    const second = main.start(question, { maxTokens: 5 });
    expect(await second.end).toMatchObject({ kind: "failed", failure: { code: "engine-busy" } });
    expect(await first.end).toMatchObject({ kind: "answered" });
  });

  it("refuses a message longer than the context, with the numbers", async () => {
    const result = await main.start([user("u1", "word ".repeat(2000))]).end;
    expect(result).toMatchObject({
      kind: "failed",
      failure: { code: "message-longer-than-context", details: { contextSizeTokens: "512" } },
    });
    const huge = await main.start([user("u1", "x".repeat(1_048_576))]).end;
    expect(huge).toMatchObject({ kind: "failed", failure: { code: "message-longer-than-context" } });
  });

  it("ends with a failure when the last message is not the user's", async () => {
    expect(await main.start([user("u1", "Hi"), assistant("a1", "Hello")]).end).toMatchObject({ kind: "failed" });
    expect(await main.start([]).end).toMatchObject({ kind: "failed" });
  });

  it("says what is wrong with a file, frees the old model, and loads the next good one", async () => {
    const bad = path.join(folder, "bad.gguf");
    const table: [Uint8Array | string, string][] = [
      ["a text file", "model-not-gguf"],
      [tinyModelBytes({ keepFraction: 0.6 }), "model-truncated"],
      [tinyModelBytes({ architecture: "hal9000" }), "model-architecture-unknown"],
      [tinyModelBytes({ architecture: "bert" }), "model-is-not-a-chat-model"],
      // Passes our checks; llama.cpp itself finds a tensor missing.
      [tinyModelBytes({ metadata: { "llama.block_count": { type: "uint32", value: 3 } } }), "model-load-failed"],
      [tinyModelBytes({ metadata: { "llama.embedding_length": { type: "uint32", value: 65 } } }), "model-load-failed"],
    ];
    for (const [bytes, code] of table) {
      await writeFile(bad, bytes);
      expect(await main.load(bad)).toMatchObject({ kind: "failed", failure: { code } });
    }
    expect(await main.load(path.join(folder, "nowhere.gguf"))).toMatchObject({
      kind: "failed",
      failure: { code: "model-missing" },
    });
    expect(await main.start(question).end).toMatchObject({ kind: "failed" });
    expect(await main.load(tiny)).toMatchObject({ kind: "loaded" });
    expect(await main.answer(question, { maxTokens: 3 })).toMatchObject({ kind: "answered" });
  });

  it("cancels a load, and loads that queue up end one after the other", async () => {
    const requestId = main.newId();
    const cancelled = main.load(tiny, {}, { requestId });
    main.send({ kind: "cancel", requestId });
    const second = main.load(tiny);
    const answer = main.start(question, { maxTokens: 2 });
    expect(await cancelled).toEqual({ kind: "cancelled" });
    expect(await second).toMatchObject({ kind: "loaded" });
    expect(await answer.end).toMatchObject({ kind: "answered" });
  });

  it("survives messages that break the protocol", async () => {
    for (const hostile of [
      null,
      1,
      "load",
      [],
      {},
      { kind: "load" },
      { kind: "cancel", requestId: "../.." },
      { kind: "reader-port" },
      { kind: "cancel", requestId: "unknown" },
    ])
      main.engine?.receive(hostile);
    expect(await main.answer(question, { maxTokens: 2 })).toMatchObject({ kind: "answered" });
  });

  it("writes nothing of a conversation into the log", () => {
    const logged = main.messages
      .filter(({ kind }) => kind === "log")
      .map((message) => JSON.stringify(message))
      .join("\n");
    expect(logged).not.toContain("Hello world");
  });

  it("ended every request exactly once", () => {
    const ids = main.messages
      .filter((message) => message.kind === "end")
      .map((message) => ("requestId" in message ? message.requestId : ""));
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe("the engine with the starter model", { timeout: 300_000 }, () => {
  const question = [user("u1", "What is the capital of France? Answer in one sentence.")];
  const longText = "The river runs past the old mill and the children count the boats. ".repeat(120);
  let first: Answered;

  it("loads it in place of the tiny one", async () => {
    const result = await main.load(starterModelPath());
    expect(result).toMatchObject({
      kind: "loaded",
      model: {
        architecture: "llama",
        quantization: "Q4_1",
        contextSizeTokens: 8192,
        reasons: loadReasons,
        sizeBytes: 98_362_432,
      },
    });
  });

  it("answers", async () => {
    first = await main.answer(question, { sampling: { temperature: 0 }, maxTokens: 24 });
    expect(textOf(first.parts)).toContain("Paris");
    expect(first.facts.timeToFirstTokenMs).toBeGreaterThan(0);
    expect(first.facts.prefillTokensPerSecond).toBeGreaterThan(0);
    expect(first.facts.decodeTokensPerSecond).toBeGreaterThan(0);
    expect(first.facts.contextUsedTokens).toBeGreaterThanOrEqual(first.facts.promptTokens);
  });

  it("answers the same with the same seed, and something else with another", async () => {
    const ask = (seed: number) =>
      main.answer([user("u1", "Tell me a story.")], { seed, sampling: { temperature: 1.2 }, maxTokens: 16 });
    const one = await ask(1);
    const again = await ask(1);
    const other = await ask(2);
    expect(again.parts).toEqual(one.parts);
    expect(again.facts.cachedTokens).toBe(again.facts.promptTokens - 1);
    expect(textOf(other.parts)).not.toBe(textOf(one.parts));
  });

  it("reads only what is new in the second turn", async () => {
    const before = await main.answer(question, { maxTokens: 24 });
    const turns = [...question, assistant("a1", textOf(before.parts)), user("u2", "And of Italy?")];
    const after = await main.answer(turns, { maxTokens: 4 });
    expect(after.facts.cachedTokens).toBeGreaterThanOrEqual(before.facts.promptTokens + before.facts.answerTokens - 2);
    expect(after.facts.promptTokens - after.facts.cachedTokens).toBeLessThan(30);
  });

  it("stops at once while it reads the prompt, and is sound after it", async () => {
    const { requestId, end } = main.start([user("u1", longText)]);
    await main.when((message) => message.kind === "prefill-progress" && message.fraction > 0);
    const stoppedAtMs = performance.now();
    main.send({ kind: "cancel", requestId });
    const result = await end;
    expect(performance.now() - stoppedAtMs).toBeLessThan(STOP_LIMIT_MS + SCHEDULING_SLACK_MS);
    expect(result).toMatchObject({
      kind: "answered",
      parts: [],
      facts: { endReason: "stopped", answerTokens: 0, timeToFirstTokenMs: null },
    });
    const after = await main.answer(question, { sampling: { temperature: 0 }, maxTokens: 24 });
    expect(after.parts).toEqual(first.parts);
  });

  it("stops at once in mid-answer, on the window's word, and keeps the text", async () => {
    const window = openWindow(main);
    const { requestId, end } = main.start([user("u1", "Count to one hundred.")], { sampling: { temperature: 0 } });
    // Checkpoints come twice a second; a short answer may have ended by then.
    await expect.poll(() => textOf(shown(window.received)).length, { interval: 5, timeout: 30_000 }).toBeGreaterThan(5);
    const stoppedAtMs = performance.now();
    window.say({ kind: "stop", requestId });
    const result = await end;
    expect(performance.now() - stoppedAtMs).toBeLessThan(STOP_LIMIT_MS + SCHEDULING_SLACK_MS);
    expect(result).toMatchObject({ kind: "answered", facts: { endReason: "stopped" } });
    expect(result.kind === "answered" ? textOf(result.parts).length : 0).toBeGreaterThan(5);
    const after = await main.answer(question, { sampling: { temperature: 0 }, maxTokens: 24 });
    expect(after.parts).toEqual(first.parts);
    expect(window.received.some((message) => message.kind === "end" && message.outcome === "stopped")).toBe(true);
    window.close();
  });

  it("writes whole characters", async () => {
    const { parts } = await main.answer([user("u1", "Repeat: 日本語 🙂 naïve 🇪🇺")], {
      maxTokens: 30,
      sampling: { temperature: 0, repeatPenalty: 1 },
    });
    expect(textOf(parts)).not.toContain("\uFFFD");
  });
});
