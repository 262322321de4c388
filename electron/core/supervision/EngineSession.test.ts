// The session against an engine process that crashes, hangs, is late or changes its mind.
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { AnswerFacts } from "../../contract/chat";
import type { EngineDeltas, NamedStack } from "../../contract/deltas";
import type { FromEngine, ToEngine } from "../../contract/engineProtocol";
import type { EngineState } from "../../contract/engineState";
import { succeed, type Failure } from "../../contract/failure";
import { ChatId, DeltaId, MessageId, ModelId, RequestId } from "../../contract/ids";
import type { LoadedModel } from "../../contract/model";
import { textOf, textParts, type MessagePart } from "../../contract/parts";
import { defaultChatSettings, defaultSampling } from "../../contract/sampling";
import { loadChoice, loadReasons } from "../../testing/loadChoice";
import { plainFormat } from "../../testing/plainFormat";
import type { AnswerJobEnd } from "../answers/AnswerJob";
import type { ChildListeners } from "../../process/Fork";
import { EngineSession } from "./EngineSession";
import type { ModelToLoad } from "./ModelToLoad";

const model = (id: string): ModelToLoad => ({
  id: ModelId.parse(id),
  name: `Model ${id}`,
  fileName: `${id}.gguf`,
  path: `/models/${id}.gguf`,
  content: "as it is",
  sizeBytes: 100_000_000,
  choice: loadChoice(),
  reasons: loadReasons,
  conversationsWithDeltas: 1,
  memory: null,
});
const loaded = (id: ModelId): LoadedModel => ({
  modelId: id,
  name: "Model",
  architecture: "llama",
  quantization: "Q4_1",
  sizeBytes: 1,
  contextSizeTokens: 8192,
  trainContextSizeTokens: 8192,
  threads: 2,
  choice: loadChoice(),
  reasons: loadReasons,
  backend: "CPU",
  memory: { weightsBytes: 1, contextBytes: 1, baseBytes: 1 },
  samplingDefaults: defaultSampling,
  format: plainFormat,
});
const facts = (id: ModelId): AnswerFacts => ({
  modelId: id,
  modelName: "Model",
  promptTokens: 1,
  cachedTokens: 0,
  answerTokens: 1,
  timeToFirstTokenMs: 1,
  prefillTokensPerSecond: 1,
  decodeTokensPerSecond: 1,
  contextUsedTokens: 2,
  contextSizeTokens: 8192,
  deltaLoadMs: null,
  deltaSwitchMs: null,
  format: null,
  endReason: "end",
  firstSeenMessageId: null,
});

class FakeProcess {
  readonly received: ToEngine[] = [];
  readonly listeners: ChildListeners;
  killed = false;
  isGone = false;
  constructor(listeners: ChildListeners) {
    this.listeners = listeners;
  }
  postMessage(message: ToEngine): void {
    if (this.isGone) throw new Error("Posted to a process that is gone: this kills main");
    this.received.push(message);
  }
  kill(): void {
    this.killed = true;
  }
  say(message: FromEngine): void {
    this.listeners.onMessage(message);
  }
  exit(code: number): void {
    if (this.isGone) return;
    this.isGone = true;
    this.listeners.onExit(code);
  }
  hello(): void {
    this.say({ kind: "hello", llamaCpp: "b1", backend: "CPU" });
  }
  last<Kind extends ToEngine["kind"]>(kind: Kind): Extract<ToEngine, { kind: Kind }> {
    const found = this.received
      .filter((message): message is Extract<ToEngine, { kind: Kind }> => message.kind === kind)
      .at(-1);
    if (!found) throw new Error(`No ${kind} was asked for`);
    return found;
  }
  async load(): Promise<void> {
    this.hello();
    await vi.advanceTimersByTimeAsync(0);
    const { requestId, modelId } = this.last("load");
    this.say({ kind: "end", requestId, result: { kind: "loaded", model: loaded(modelId) } });
  }
  answer(text: string): void {
    const { requestId } = this.last("generate");
    this.say({
      kind: "end",
      requestId,
      result: { kind: "answered", parts: textParts(text), facts: facts(ModelId.parse("a")) },
    });
  }
}

let processes: FakeProcess[];
let states: EngineState[];
let marker: string | null;
let refusedDelta: Failure | null;
let deltaNote: string | null;
let crashedDeltas: DeltaId[];
let engineDeltas: EngineDeltas | null;
let forkError: Error | null;
let oomKills = 0;
/** How often in a row each model ended the engine. */
let ends: Record<string, number>;
let session: EngineSession;

const current = () => processes.at(-1)!;

const pirate: NamedStack = [{ deltaId: DeltaId.parse("pirate"), name: "Pirate", hue: 1, kind: "lora", scale: 1 }];

function job(name: string, stack: NamedStack = []) {
  const ends: AnswerJobEnd[] = [];
  const checkpoints: string[] = [];
  return {
    ends,
    checkpoints,
    requestId: RequestId.parse(name),
    chatId: ChatId.parse("chat"),
    messageId: MessageId.parse(`message-${name}`),
    turns: [],
    settings: defaultChatSettings,
    stack,
    onCheckpoint: (parts: MessagePart[]) => checkpoints.push(textOf(parts)),
    onEnd: (end: AnswerJobEnd) => ends.push(end),
  };
}

async function ready(): Promise<FakeProcess> {
  session.load(model("a"));
  await current().load();
  expect(session.state.kind).toBe("ready");
  return current();
}

const crash = () => (session.state.kind === "crashed" ? session.state.failure.code : session.state.kind);

beforeEach(() => {
  vi.useFakeTimers();
  processes = [];
  states = [];
  marker = null;
  refusedDelta = null;
  deltaNote = null;
  crashedDeltas = [];
  engineDeltas = null;
  forkError = null;
  oomKills = 0;
  ends = {};
  let requests = 0;
  session = new EngineSession({
    fork(listeners) {
      if (forkError) throw forkError;
      const process = new FakeProcess(listeners);
      processes.push(process);
      return process;
    },
    engineStateFolder: "/state",
    newRequestId: () => RequestId.parse(`load-${++requests}`),
    ends: {
      count({ id }) {
        ends[id] = (ends[id] ?? 0) + 1;
        return ends[id] > 1 ? { code: "model-ended-engine-twice" } : null;
      },
      clear: (id) => {
        ends[id] = 0;
      },
    },
    marker: {
      write: async ([id = null]) => {
        marker = id;
      },
      clear: () => {
        marker = null;
      },
    },
    deltas: {
      resolve: async (stack) =>
        refusedDelta
          ? { ok: false, failure: refusedDelta }
          : succeed(
              stack.map(({ deltaId, name, scale }) => ({ deltaId, name, scale, path: `/deltas/${deltaId}.gguf` })),
            ),
      noteLoading: async (ids) => {
        deltaNote = ids.join();
      },
      clearNote: () => {
        deltaNote = null;
      },
      crashed: (ids) => {
        crashedDeltas.push(...ids);
      },
    },
    memory: () => ({ totalBytes: 8e9, oomKills }),
    log: () => {},
    onEngineLog: () => {},
    onState: (state) => states.push(state),
    onToReader: () => undefined,
    onStarted: () => {},
    onLoaded: () => {},
    onDeltas: (deltas) => {
      engineDeltas = deltas;
    },
    onMemory: () => {},
  });
});
afterEach(() => vi.useRealTimers());

describe("a model that ends the engine again and again", () => {
  it("at its load: the second time it is refused, with the reason, until it is asked for", async () => {
    session.load(model("a"));
    current().hello();
    await vi.advanceTimersByTimeAsync(0);
    current().exit(134);
    expect(crash()).toBe("engine-crashed");
    const [first, second] = [job("first"), job("second")];
    session.generate(first);
    current().hello();
    await vi.advanceTimersByTimeAsync(0);
    current().exit(134);
    expect(first.ends).toMatchObject([
      { kind: "failed", failure: { code: "model-ended-engine-twice", cause: expect.stringContaining("134") } },
    ]);
    expect(session.state).toMatchObject({ kind: "load-failed", failure: { code: "model-ended-engine-twice" } });
    const before = processes.length;
    session.generate(second);
    expect(second.ends).toMatchObject([{ kind: "failed", failure: { code: "model-ended-engine-twice" } }]);
    expect(session.refusal()).toMatchObject({ code: "model-ended-engine-twice" });
    expect(processes).toHaveLength(before);
    session.load(model("a"));
    expect(processes).toHaveLength(before + 1);
  });

  it("in its first answer, too; an answer in between counts anew", async () => {
    const answerOnce = async () => {
      const asked = job(`job-${processes.length}`);
      session.generate(asked);
      if (session.state.kind !== "generating") await current().load();
      return asked;
    };
    await ready();
    await answerOnce();
    current().exit(139);
    expect(crash()).toBe("engine-crashed");
    await answerOnce();
    current().answer("Hello");
    expect(ends["a"]).toBe(0);
    // After an answer the file has shown that it can.
    await answerOnce();
    current().exit(139);
    expect(ends["a"]).toBe(0);
    await answerOnce();
    current().exit(139);
    expect(crash()).toBe("engine-crashed");
    const last = await answerOnce();
    current().exit(139);
    expect(last.ends).toMatchObject([{ kind: "engine-died", failure: { code: "model-ended-engine-twice" } }]);
    expect(session.state).toMatchObject({ kind: "load-failed", failure: { code: "model-ended-engine-twice" } });
  });

  it("is not blamed for a fine-tune's loading, for a start that failed, or for an end on purpose", async () => {
    await ready();
    session.generate(job("with", pirate));
    await vi.advanceTimersByTimeAsync(0);
    current().exit(139);
    session.load(model("b"));
    current().exit(71);
    session.load(model("c"));
    current().hello();
    await vi.advanceTimersByTimeAsync(0);
    session.restart();
    current().exit(9);
    expect(ends).toEqual({});
  });
});

describe("deltas", () => {
  const inEngine = {
    loaded: [{ deltaId: DeltaId.parse("pirate"), bytes: 7 }],
    way: "switch",
    contextBytes: 1,
  } as const satisfies EngineDeltas;

  it("notes on disk what is being brought into memory, until it is there", async () => {
    const process = await ready();
    session.generate(job("first", pirate));
    await vi.advanceTimersByTimeAsync(0);
    expect(deltaNote).toBe("pirate");
    const { requestId, stack } = process.last("generate");
    expect(stack).toEqual([{ deltaId: "pirate", name: "Pirate", path: "/deltas/pirate.gguf", scale: 1 }]);
    process.say({ kind: "deltas", deltas: inEngine });
    process.say({ kind: "deltas-settled", requestId });
    expect(deltaNote).toBeNull();
    expect(engineDeltas).toEqual(inEngine);
    process.exit(139);
    expect(crashedDeltas).toEqual([]);
    expect(engineDeltas).toBeNull();
  });

  it("remembers a delta that the engine died of", async () => {
    const process = await ready();
    const first = job("first", pirate);
    session.generate(first);
    await vi.advanceTimersByTimeAsync(0);
    process.exit(139);
    expect(crashedDeltas).toEqual(["pirate"]);
    expect(first.ends).toMatchObject([{ kind: "engine-died" }]);
  });

  it("keeps the note of a delta that is still being loaded when the answer was stopped", async () => {
    const process = await ready();
    session.generate(job("first", pirate));
    await vi.advanceTimersByTimeAsync(0);
    const { requestId } = process.last("generate");
    session.cancel(requestId);
    process.say({ kind: "end", requestId, result: { kind: "cancelled" } });
    expect(deltaNote).toBe("pirate");
    process.exit(139);
    expect(crashedDeltas).toEqual(["pirate"]);
  });

  it("takes the note back when the engine is done with a stopped one", async () => {
    const process = await ready();
    session.generate(job("first", pirate));
    await vi.advanceTimersByTimeAsync(0);
    const { requestId } = process.last("generate");
    session.cancel(requestId);
    process.say({ kind: "end", requestId, result: { kind: "cancelled" } });
    process.say({ kind: "deltas-settled", requestId });
    expect(deltaNote).toBeNull();
    process.exit(139);
    expect(crashedDeltas).toEqual([]);
  });

  it("blames a delta that the engine hangs in when it is stopped", async () => {
    const process = await ready();
    session.generate(job("first", pirate));
    await vi.advanceTimersByTimeAsync(0);
    session.cancel(process.last("generate").requestId);
    await vi.advanceTimersByTimeAsync(3_500);
    expect(crashedDeltas).toEqual(["pirate"]);
  });

  it("blames no delta for an end on purpose", async () => {
    const process = await ready();
    session.generate(job("first", pirate));
    await vi.advanceTimersByTimeAsync(0);
    session.restart();
    process.exit(9);
    expect(deltaNote).toBeNull();
    expect(crashedDeltas).toEqual([]);
  });

  it("writes no note for a delta that is in memory already", async () => {
    const process = await ready();
    process.say({ kind: "deltas", deltas: inEngine });
    session.generate(job("first", pirate));
    await vi.advanceTimersByTimeAsync(0);
    expect(deltaNote).toBeNull();
    expect(process.last("generate").stack).toHaveLength(1);
  });

  it("ends with the reason when a stack cannot be used, and the next answer is written", async () => {
    const process = await ready();
    refusedDelta = { code: "delta-other-base" };
    const [first, second] = [job("first", pirate), job("second")];
    session.generate(first);
    session.generate(second);
    await vi.advanceTimersByTimeAsync(0);
    expect(first.ends).toEqual([{ kind: "failed", failure: { code: "delta-other-base" }, parts: [] }]);
    expect(process.last("generate").requestId).toBe("second");
  });

  it("ends at once when it is stopped before the engine was asked, and blames nothing", async () => {
    const process = await ready();
    const first = job("first", pirate);
    session.generate(first);
    session.cancel(first.requestId);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(first.ends).toEqual([{ kind: "cancelled" }]);
    expect(process.received.filter(({ kind }) => kind === "generate")).toEqual([]);
    expect(deltaNote).toBeNull();
    expect(session.state.kind).toBe("ready");
  });
});

describe("loading", () => {
  it("starts the process, says what it does, and leaves a note on disk meanwhile", async () => {
    session.load(model("a"));
    current().hello();
    await vi.advanceTimersByTimeAsync(0);
    expect(marker).toBe("a");
    const { requestId } = current().last("load");
    current().say({ kind: "load-progress", requestId, fraction: 0.5 });
    current().say({ kind: "end", requestId, result: { kind: "loaded", model: loaded(ModelId.parse("a")) } });
    expect(marker).toBeNull();
    expect(states.map(({ kind }) => kind)).toEqual(["starting", "loading", "loading", "ready"]);
  });

  it("tells a refusal, and messages get it until somebody loads again", async () => {
    session.load(model("a"));
    current().hello();
    await vi.advanceTimersByTimeAsync(0);
    const refusal: Failure = { code: "model-not-gguf", details: { file: "a.gguf" } };
    const waiting = job("waiting");
    session.generate(waiting);
    current().say({
      kind: "end",
      requestId: current().last("load").requestId,
      result: { kind: "failed", failure: { code: "model-not-gguf" }, parts: [] },
    });
    expect(session.state).toMatchObject({ kind: "load-failed", failure: refusal });
    expect(waiting.ends).toEqual([{ kind: "failed", failure: refusal, parts: [] }]);
    expect(session.refusal()).toEqual(refusal);
    session.load(model("b"));
    expect(session.refusal()).toBeNull();
  });

  it("starts the process while the first load is planned; messages wait for it", async () => {
    session.prepare(ModelId.parse("a"));
    current().hello();
    expect(session.refusal()).toBeNull();
    const waiting = job("waiting");
    session.generate(waiting);
    expect(session.state.kind).toBe("starting");
    expect(waiting.ends).toEqual([]);
    session.load(model("a"));
    await vi.advanceTimersByTimeAsync(0);
    expect(current().last("load").modelId).toBe("a");
    expect(processes).toHaveLength(1);
  });

  it("says that there is no model when nothing came of what was prepared", () => {
    session.prepare(ModelId.parse("a"));
    const waiting = job("waiting");
    session.generate(waiting);
    session.release();
    expect(waiting.ends).toMatchObject([{ kind: "failed", failure: { code: "model-missing" } }]);
  });

  it("loads the same model again with other settings, and not with the same", async () => {
    await ready();
    session.load(model("a"));
    expect(session.state.kind).toBe("ready");
    expect(current().killed).toBe(false);
    session.load({ ...model("a"), choice: loadChoice({ contextSizeTokens: 1024 }) });
    expect(current().killed).toBe(true);
    current().exit(9);
    await current().load();
    expect(session.state.kind).toBe("ready");
    expect(current().last("load").choice.contextSizeTokens).toBe(1024);
  });

  it("gives up a load for another model", async () => {
    session.load(model("a"));
    current().hello();
    await vi.advanceTimersByTimeAsync(0);
    const first = current().last("load").requestId;
    session.load(model("b"));
    expect(current().last("cancel").requestId).toBe(first);
    current().say({ kind: "end", requestId: first, result: { kind: "cancelled" } });
    // Each model gets a process of its own.
    expect(current().killed).toBe(true);
    current().exit(9);
    current().hello();
    await vi.advanceTimersByTimeAsync(0);
    expect(current().last("load").modelId).toBe("b");
    expect(processes).toHaveLength(2);
  });

  it("does not load a choice that was changed before the process was there", async () => {
    session.load(model("a"));
    session.load(model("b"));
    current().hello();
    await vi.advanceTimersByTimeAsync(0);
    expect(
      current()
        .received.filter(({ kind }) => kind === "load")
        .map((message) => "modelId" in message && message.modelId),
    ).toEqual(["b"]);
  });

  it("kills a process that cannot give up a load", async () => {
    session.load(model("a"));
    current().hello();
    await vi.advanceTimersByTimeAsync(0);
    session.load(model("b"));
    await vi.advanceTimersByTimeAsync(3_000);
    expect(current().killed).toBe(true);
    current().exit(9);
    expect(processes).toHaveLength(2);
    await current().load();
    expect(session.state).toMatchObject({ kind: "ready", model: { modelId: "b" } });
  });

  it("ends when it stands still, but not while it moves", async () => {
    session.load(model("a"));
    current().hello();
    await vi.advanceTimersByTimeAsync(0);
    const { requestId } = current().last("load");
    for (let second = 1; second <= 60; second++) {
      current().say({ kind: "heartbeat", residentBytes: 1, peakResidentBytes: null, anonymousBytes: null });
      if (second % 20 === 0) current().say({ kind: "load-progress", requestId, fraction: second / 100 });
      await vi.advanceTimersByTimeAsync(1_000);
    }
    expect(current().killed).toBe(false);
    for (let second = 1; second <= 40; second++) {
      current().say({ kind: "heartbeat", residentBytes: 1, peakResidentBytes: null, anonymousBytes: null });
      await vi.advanceTimersByTimeAsync(1_000);
    }
    expect(current().killed).toBe(true);
    current().exit(137);
    expect(crash()).toBe("engine-not-responding");
  });

  it("takes the note back when the process dies of the load: the app lives, and counts", async () => {
    session.load(model("a"));
    current().hello();
    await vi.advanceTimersByTimeAsync(0);
    const waiting = job("waiting");
    session.generate(waiting);
    current().exit(139);
    expect(marker).toBeNull();
    expect(ends["a"]).toBe(1);
    expect(waiting.ends).toMatchObject([{ kind: "failed", failure: { code: "engine-crashed" } }]);
    expect(processes).toHaveLength(1);
  });

  it("waits for the person when a model is refused from the start", () => {
    session.refuse(model("a"), { code: "model-crashed-last-time" });
    expect(processes).toHaveLength(0);
    expect(session.state).toMatchObject({ kind: "load-failed", modelId: "a" });
    session.restart();
    expect(processes).toHaveLength(1);
  });
});

describe("a process that does not come up", () => {
  it("cannot be made", () => {
    forkError = new Error("no such file");
    const waiting = job("waiting");
    session.load(model("a"));
    session.generate(waiting);
    expect(crash()).toBe("engine-start-failed");
    expect(waiting.ends).toMatchObject([{ kind: "failed", failure: { code: "engine-start-failed" } }]);
  });

  it("exits before it said a word", () => {
    session.load(model("a"));
    current().exit(1);
    expect(crash()).toBe("engine-start-failed");
  });

  it("says nothing", async () => {
    session.load(model("a"));
    await vi.advanceTimersByTimeAsync(31_000);
    expect(current().killed).toBe(true);
    current().exit(9);
    expect(crash()).toBe("engine-start-failed");
  });

  it("does not even die", async () => {
    session.load(model("a"));
    await vi.advanceTimersByTimeAsync(40_000);
    expect(crash()).toBe("engine-start-failed");
    current().exit(9);
    expect(crash()).toBe("engine-start-failed");
  });
});

describe("a process that ends", () => {
  it.each([
    [1, 1e9, "engine-crashed"],
    [134, 1e9, "engine-crashed"],
    [139, 1e9, "engine-crashed"],
    [137, 1e9, "engine-crashed"],
    [9, 1e9, "engine-crashed"],
    [0, 1e9, "engine-crashed"],
    [137, 7e9, "engine-out-of-memory"],
    [134, 7e9, "engine-out-of-memory"],
    [139, 7e9, "engine-crashed"],
  ])("with code %i at %d bytes is told as %s %s", async (code, residentBytes, expected) => {
    const process = await ready();
    const writing = job("writing");
    session.generate(writing);
    process.say({ kind: "checkpoint", requestId: writing.requestId, parts: textParts("Half") });
    process.say({ kind: "heartbeat", residentBytes, peakResidentBytes: null, anonymousBytes: null });
    process.exit(code);
    expect(crash()).toBe(expected);
    expect(writing.checkpoints).toEqual(["Half"]);
    expect(writing.ends).toMatchObject([{ kind: "engine-died", failure: { code: expected } }]);
  });

  it("by the system's kill for memory is told so however little it held", async () => {
    const process = await ready();
    oomKills = 1;
    process.exit(9);
    expect(crash()).toBe("engine-out-of-memory");
  });

  it("comes back with the next message", async () => {
    (await ready()).exit(139);
    const next = job("next");
    session.generate(next);
    expect(session.state.kind).toBe("starting");
    await current().load();
    current().answer("Here");
    expect(next.ends).toMatchObject([{ kind: "answered", parts: textParts("Here") }]);
    expect(processes).toHaveLength(2);
  });

  it("takes down only the answer it was writing", async () => {
    const process = await ready();
    const writing = job("writing");
    const waiting = job("waiting");
    session.generate(writing);
    session.generate(waiting);
    process.exit(139);
    expect(writing.ends).toHaveLength(1);
    expect(waiting.ends).toHaveLength(0);
    await current().load();
    current().answer("After all");
    expect(waiting.ends).toMatchObject([{ kind: "answered" }]);
  });
});

describe("answers", () => {
  it("are written one after the other", async () => {
    const process = await ready();
    const [one, two] = [job("one"), job("two")];
    session.generate(one);
    session.generate(two);
    expect(process.received.filter(({ kind }) => kind === "generate")).toHaveLength(1);
    process.answer("1");
    process.answer("2");
    expect([one.ends, two.ends]).toMatchObject([[{ parts: textParts("1") }], [{ parts: textParts("2") }]]);
    expect(session.state.kind).toBe("ready");
  });

  it("wait for a model that is loading", async () => {
    session.load(model("a"));
    const early = job("early");
    session.generate(early);
    await current().load();
    current().answer("Hi");
    expect(early.ends).toMatchObject([{ kind: "answered" }]);
  });

  it("are told to end their thought only while the engine writes them", async () => {
    const process = await ready();
    const [thinking, waiting] = [job("thinking", pirate), job("waiting")];
    const asked = () =>
      process.received.flatMap((message) => (message.kind === "answer-now" ? [message.requestId] : []));
    session.generate(thinking);
    session.generate(waiting);
    // Its fine-tunes are still being resolved: the engine does not have the request yet.
    session.answerNow(thinking.requestId);
    expect(asked()).toEqual([]);
    await vi.advanceTimersByTimeAsync(0);
    session.answerNow(waiting.requestId);
    session.answerNow(RequestId.parse("other"));
    expect(asked()).toEqual([]);
    session.answerNow(thinking.requestId);
    expect(asked()).toEqual(["thinking"]);
    process.answer("So");
    session.answerNow(thinking.requestId);
    expect(asked()).toEqual(["thinking"]);
    process.exit(139);
    session.answerNow(waiting.requestId);
    expect(asked()).toEqual(["thinking"]);
  });

  it("show reading, then writing", async () => {
    const process = await ready();
    const writing = job("writing");
    session.generate(writing);
    process.say({ kind: "prefill-progress", requestId: writing.requestId, fraction: 0.5 });
    expect(session.state).toMatchObject({ kind: "generating", phase: "prefill", prefillFraction: 0.5 });
    process.say({ kind: "checkpoint", requestId: writing.requestId, parts: textParts("A") });
    expect(session.state).toMatchObject({ kind: "generating", phase: "decode" });
  });

  it("are refused without a model", () => {
    const lost = job("lost");
    expect(session.refusal()).toEqual({ code: "model-missing" });
    session.generate(lost);
    expect(lost.ends).toMatchObject([{ kind: "failed", failure: { code: "model-missing" } }]);
  });

  it("stop: while waiting, while being written, and when the engine does not listen", async () => {
    const process = await ready();
    const [one, two] = [job("one"), job("two")];
    session.generate(one);
    session.generate(two);
    session.cancel(two.requestId);
    expect(two.ends).toEqual([{ kind: "cancelled" }]);
    session.cancel(one.requestId);
    session.cancel(one.requestId);
    expect(process.received.filter(({ kind }) => kind === "cancel")).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(2_900);
    expect(process.killed).toBe(false);
    await vi.advanceTimersByTimeAsync(200);
    expect(process.killed).toBe(true);
    process.exit(9);
    expect(one.ends).toEqual([{ kind: "cancelled" }]);
    expect(session.state.kind).toBe("starting");
  });

  it("stop for another model", async () => {
    const process = await ready();
    const writing = job("writing");
    session.generate(writing);
    session.load(model("b"));
    expect(process.last("cancel").requestId).toBe("writing");
    process.say({ kind: "end", requestId: writing.requestId, result: { kind: "cancelled" } });
    process.exit(9);
    current().hello();
    await vi.advanceTimersByTimeAsync(0);
    expect(current().last("load").modelId).toBe("b");
  });

  it("ignore ends that are not theirs, and messages that are nothing", async () => {
    const process = await ready();
    const writing = job("writing");
    session.generate(writing);
    process.say({ kind: "end", requestId: RequestId.parse("other"), result: { kind: "cancelled" } });
    for (const nonsense of [
      null,
      7,
      "x",
      {},
      { kind: "end" },
      { kind: "end", requestId: "writing", result: { kind: "answered" } },
    ]) {
      process.listeners.onMessage(nonsense);
    }
    expect(writing.ends).toEqual([]);
    process.answer("A");
    process.answer("again");
    expect(writing.ends).toHaveLength(1);
  });
});

describe("a count of tokens", () => {
  it("is the engine's, also while it answers, and each is told its own", async () => {
    const process = await ready();
    session.generate(job("one"));
    const counts = ["short", "a longer text"].map((text) => session.countTokens(text));
    const asked = process.received.filter((message) => message.kind === "count-tokens");
    expect(asked.map(({ text }) => text)).toEqual(["short", "a longer text"]);
    for (const { requestId, text } of asked.toReversed())
      process.say({ kind: "counted", requestId, tokens: text.length });
    expect(await Promise.all(counts)).toEqual([5, 13]);
  });
  it("is not known without a model, nor when the engine ends meanwhile", async () => {
    expect(await session.countTokens("a")).toBeNull();
    const process = await ready();
    const count = session.countTokens("a");
    process.exit(139);
    expect(await count).toBeNull();
    expect(await session.countTokens("a")).toBeNull();
  });
});

describe("silence", () => {
  it("is shown after 5 s and taken back at the next word", async () => {
    const process = await ready();
    session.generate(job("writing"));
    await vi.advanceTimersByTimeAsync(7_000);
    expect(session.state).toMatchObject({ unresponsive: true });
    process.say({ kind: "heartbeat", residentBytes: 1, peakResidentBytes: null, anonymousBytes: null });
    expect(session.state).toMatchObject({ unresponsive: false });
  });

  it("of 30 s ends the process", async () => {
    const process = await ready();
    const writing = job("writing");
    session.generate(writing);
    await vi.advanceTimersByTimeAsync(32_000);
    expect(process.killed).toBe(true);
    process.exit(9);
    expect(writing.ends).toMatchObject([{ kind: "engine-died", failure: { code: "engine-not-responding" } }]);
  });

  it("while the computer slept is nobody's fault", async () => {
    const process = await ready();
    vi.setSystemTime(Date.now() + 3_600_000);
    const real = performance.now();
    vi.spyOn(performance, "now").mockImplementation(() => real + 3_600_000);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(process.killed).toBe(false);
  });
});

describe("the end", () => {
  it("waits a moment for the last words, then kills", async () => {
    const process = await ready();
    const [writing, waiting] = [job("writing"), job("waiting")];
    session.generate(writing);
    session.generate(waiting);
    const closed = session.close();
    process.answer("Last words");
    await closed;
    expect(writing.ends).toMatchObject([{ kind: "answered", parts: textParts("Last words") }]);
    expect(waiting.ends).toEqual([{ kind: "cancelled" }]);
    expect(process.killed).toBe(true);
    const late = job("late");
    session.generate(late);
    expect(late.ends).toEqual([{ kind: "cancelled" }]);
  });

  it("does not wait long", async () => {
    const process = await ready();
    const writing = job("writing");
    session.generate(writing);
    const closed = session.close();
    await vi.advanceTimersByTimeAsync(600);
    await closed;
    expect(writing.ends).toEqual([{ kind: "cancelled" }]);
    expect(process.killed).toBe(true);
  });

  it("takes back the note of a load that it breaks off", async () => {
    session.load(model("a"));
    current().hello();
    await vi.advanceTimersByTimeAsync(0);
    expect(marker).toBe("a");
    await session.close();
    expect(marker).toBeNull();
  });
});

it("a model that gets another name while it answers has it at once, and so has the answer", async () => {
  const process = await ready();
  const { modelId } = session.state.kind === "ready" ? session.state.model : {};
  const writing = job("writing");
  session.generate(writing);
  session.rename(modelId!, "Other");
  expect(session.state).toMatchObject({ kind: "generating", model: { name: "Other" } });
  process.answer("x");
  expect(writing.ends).toMatchObject([{ kind: "answered", facts: { modelName: "Other" } }]);
  session.rename(modelId!, "Third");
  expect(session.state).toMatchObject({ kind: "ready", model: { name: "Third" } });
  session.rename(ModelId.parse("not-loaded"), "Fourth");
  expect(session.state).toMatchObject({ kind: "ready", model: { name: "Third" } });
});

it.each([false, true])("a model that is given away leaves the memory, and its answer ends (%s)", async (answers) => {
  const process = await ready();
  const writing = job("writing");
  if (answers) session.generate(writing);
  let isReleased = false;
  const released = session.forget(ModelId.parse("a")).then(() => (isReleased = true));
  expect(process.killed).toBe(true);
  await vi.advanceTimersByTimeAsync(100);
  expect(isReleased).toBe(false);
  process.exit(9);
  await released;
  expect(session.state).toEqual({ kind: "idle" });
  expect(writing.ends).toEqual(answers ? [{ kind: "cancelled" }] : []);
  expect(session.refusal()).toEqual({ code: "model-missing" });
  expect(processes).toHaveLength(1);
});

it("a model that comes into memory while its process is being ended is not told of", async () => {
  session.load(model("a"));
  current().hello();
  await vi.advanceTimersByTimeAsync(0);
  const first = current();
  session.restart();
  const { requestId, modelId } = first.last("load");
  first.say({ kind: "end", requestId, result: { kind: "loaded", model: loaded(modelId) } });
  expect(session.state.kind).toBe("loading");
  first.exit(9);
  expect(session.state.kind).toBe("starting");
  await current().load();
  expect(session.state.kind).toBe("ready");
});

describe("hostile", () => {
  it("whatever happens in whatever order, each answer ends once and nothing is posted to the dead", async () => {
    const step = fc.constantFrom(
      "load a",
      "load b",
      "generate",
      "cancel",
      "hello",
      "end load",
      "fail load",
      "answer",
      "checkpoint",
      "answer now",
      "exit",
      "restart",
      "rename a",
      "forget a",
      "second",
      "minute",
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const jobs: ReturnType<typeof job>[] = [];
        session.restart();
        for (const name of steps) {
          const process = processes.at(-1);
          const lastLoad = process?.received.findLast((message) => message.kind === "load");
          const lastGenerate = process?.received.findLast((message) => message.kind === "generate");
          const alive = process && !process.isGone ? process : null;
          if (name === "load a") session.load(model("a"));
          if (name === "load b") session.load(model("b"));
          if (name === "generate") {
            const next = job(`job-${jobs.length}`, jobs.length % 2 === 0 ? [] : pirate);
            jobs.push(next);
            session.generate(next);
          }
          if (name === "cancel" && jobs.length > 0) session.cancel(jobs[Math.floor(jobs.length / 2)]!.requestId);
          if (name === "hello") alive?.hello();
          if (name === "end load" && lastLoad?.kind === "load") {
            alive?.say({
              kind: "end",
              requestId: lastLoad.requestId,
              result: { kind: "loaded", model: loaded(lastLoad.modelId) },
            });
          }
          if (name === "fail load" && lastLoad?.kind === "load") {
            alive?.say({
              kind: "end",
              requestId: lastLoad.requestId,
              result: { kind: "failed", failure: { code: "model-damaged" }, parts: [] },
            });
          }
          if (name === "answer" && lastGenerate) alive?.answer("x");
          if (name === "checkpoint" && lastGenerate?.kind === "generate")
            alive?.say({ kind: "checkpoint", requestId: lastGenerate.requestId, parts: textParts("x") });
          if (name === "answer now" && jobs.length > 0) session.answerNow(jobs[Math.floor(jobs.length / 2)]!.requestId);
          if (name === "exit") alive?.exit(139);
          if (name === "restart") session.restart();
          if (name === "rename a") session.rename(ModelId.parse("a"), "Other");
          if (name === "forget a") void session.forget(ModelId.parse("a"));
          await vi.advanceTimersByTimeAsync(name === "second" ? 1_000 : name === "minute" ? 60_000 : 0);
          if (processes.some((process) => process.killed && !process.isGone)) current().exit(9);
          for (const { ends } of jobs) expect(ends.length).toBeLessThanOrEqual(1);
        }
        // In the end a working engine answers all that is left.
        if (processes.length > 0) current().exit(1);
        session.load(model("c"));
        for (let round = 0; round < 3 + 2 * jobs.length; round++) {
          const process = current();
          process.hello();
          await vi.advanceTimersByTimeAsync(0);
          for (const message of process.received.slice()) {
            if (message.kind === "load")
              process.say({
                kind: "end",
                requestId: message.requestId,
                result: { kind: "loaded", model: loaded(message.modelId) },
              });
            if (message.kind === "generate") process.answer("x");
          }
        }
        for (const { ends } of jobs) expect(ends).toHaveLength(1);
        expect(session.state).toMatchObject({ kind: "ready", model: { modelId: "c" } });
      }),
      { numRuns: 200 },
    );
  });
});
