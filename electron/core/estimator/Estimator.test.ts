// Questions to the fit process: one at a time, remembered by content, and a verdict also when the process dies.
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Estimate, ToFit } from "../../contract/fitProtocol";
import type { KvCacheType } from "../../contract/fit";
import type { ModelFormat } from "../../contract/modelFormat";
import type { ChildListeners } from "../../process/Fork";
import { Estimator, usualQuestion } from "./Estimator";
import type { FitModel } from "./FitQuestions";

let asked: ToFit[];
let listeners: ChildListeners;
let kills: number;
let resident: number;
let answer: (message: ToFit) => void;
let estimator: Estimator;
const model = (key: string): FitModel => ({
  key,
  parts: [{ path: "/m.gguf", sizeBytes: 10, read: null }],
  fetchedBytes: () => 0,
});

function estimateOf({ contextSizesTokens }: Extract<ToFit, { kind: "estimate" }>): Estimate {
  return {
    architecture: "llama",
    trainContextSizeTokens: 4096,
    layers: 33,
    canQuantizeCache: true,
    weights: { ramBytes: 100, gpuBytes: 0 },
    repackedBytes: 0,
    tiedOutputBytes: 0,
    tokenCost: { weightBytes: { Q4_K: 500_000_000 }, attentionMultiplications: 0, stateBytes: 0, tensors: 200 },
    vocabularyBytes: 0,
    contexts: contextSizesTokens.map((contextSizeTokens) => ({
      contextSizeTokens,
      need: { ramBytes: contextSizeTokens, gpuBytes: 0 },
      kvCacheBytes: 1,
      checkpointsBytes: 0,
    })),
  };
}

const judge = async (of: FitModel, contextSizeTokens: number, type: KvCacheType) =>
  (await estimator.judge(of, usualQuestion(contextSizeTokens, type))).fit;

beforeEach(() => {
  asked = [];
  kills = 0;
  resident = 0;
  answer = (message) => {
    if (message.kind === "machine")
      listeners.onMessage({
        kind: "machine",
        id: message.id,
        machine: { availableBytes: 1e9, swapFreeBytes: 0, gpus: [], sharesMemory: false, cores: 4 },
      });
    if (message.kind === "estimate")
      listeners.onMessage({ kind: "estimated", id: message.id, estimate: estimateOf(message) });
  };
  estimator = new Estimator({
    fork(given) {
      listeners = given;
      return {
        postMessage(message) {
          asked.push(message);
          queueMicrotask(() => answer(message));
        },
        kill: () => {
          kills++;
          given.onExit(9);
        },
        residentBytes: () => resident,
      };
    },
    machineOf: (measured) => ({ ...measured, totalBytes: 2e9, systemReserveBytes: 0, loadedModelBytes: 0 }),
    speed: () => null,
    engineProcessBytes: () => 50,
    log: () => {},
    now: () => performance.now(),
  });
});

it("judges with the context that was asked for, up to the trained one, and asks nothing twice", async () => {
  expect(await judge(model("a"), 3000, "f16")).toMatchObject({
    verdict: "fits",
    contextSizeTokens: 3000,
    neededBytes: 3150,
    largestContextTokens: 4096,
  });
  expect(await judge(model("a"), 100_000, "f16")).toMatchObject({ contextSizeTokens: 4096, neededBytes: 4246 });
  const before = asked.length;
  await judge(model("a"), 3000, "f16");
  expect(asked).toHaveLength(before);
  await judge(model("a"), 3000, "q8_0");
  expect(asked.length).toBeGreaterThan(before);
});

it("is unknown, and says why, when the process answers with a failure or dies; the next question starts again", async () => {
  const usual = answer;
  answer = (message) => {
    if (message.kind === "estimate")
      listeners.onMessage({ kind: "failed", id: message.id, failure: { code: "hub-offline" } });
    else usual(message);
  };
  expect(await judge(model("a"), 1024, "f16")).toMatchObject({
    verdict: "unknown",
    failureCode: "hub-offline",
    fileKind: null,
    parts: null,
  });
  answer = (message) => {
    if (message.kind === "estimate") listeners.onExit(70);
    else usual(message);
  };
  expect(await judge(model("a"), 1024, "f16")).toMatchObject({ verdict: "unknown", failureCode: "estimate-failed" });
  answer = usual;
  expect((await judge(model("a"), 1024, "f16")).verdict).toBe("fits");
});

it("knows a file that ends the process for one that would end the engine, and does not try it again", async () => {
  const usual = answer;
  answer = (message) => {
    if (message.kind === "estimate") listeners.onExit(134);
    else usual(message);
  };
  expect(await judge(model("fatal"), 1024, "f16")).toMatchObject({
    verdict: "unknown",
    failureCode: "model-ends-engine",
  });
  const before = asked.filter(({ kind }) => kind === "estimate").length;
  expect((await estimator.judge(model("fatal"), usualQuestion(4096, "q8_0"))).failure).toMatchObject({
    code: "model-ends-engine",
  });
  expect(asked.filter(({ kind }) => kind === "estimate")).toHaveLength(before);
  answer = usual;
  expect((await judge(model("other"), 1024, "f16")).verdict).toBe("fits");
});

it("says what a file is that is no model, and asks for its header once", async () => {
  const usual = answer;
  answer = (message) => {
    if (message.kind === "estimate")
      listeners.onMessage({
        kind: "failed",
        id: message.id,
        failure: { code: "model-is-not-a-chat-model", details: { kind: "draft" } },
      });
    else usual(message);
  };
  const none = { verdict: "unknown", fileKind: "draft", failureCode: "model-is-not-a-chat-model" };
  expect(await judge(model("a"), 1024, "f16")).toMatchObject(none);
  const asks = () => asked.filter(({ kind }) => kind === "estimate").length;
  const before = asks();
  expect(await judge(model("a"), 2048, "q8_0")).toMatchObject(none);
  expect(asks()).toBe(before);
  answer = usual;
  expect(await judge(model("b"), 1024, "f16")).toMatchObject({ verdict: "fits", fileKind: "model" });
});

it("ends a process that takes too much memory", async () => {
  const usual = answer;
  answer = (message) => {
    if (message.kind === "estimate") resident = 2e9;
    else usual(message);
  };
  expect((await judge(model("a"), 1024, "f16")).verdict).toBe("unknown");
  expect(kills).toBe(1);
});

it("gives the process the bytes of the model that it judges, and of no other", async () => {
  const read = vi
    .fn<(offset: number, lengthBytes: number) => Promise<Uint8Array>>()
    .mockResolvedValue(new Uint8Array([1]));
  const usual = answer;
  answer = (message) => {
    if (message.kind !== "estimate") return usual(message);
    listeners.onMessage({ kind: "read", readId: 1, requestId: message.id + 7, part: 0, offset: 0, lengthBytes: 4 });
    listeners.onMessage({ kind: "read", readId: 2, requestId: message.id, part: 0, offset: 8, lengthBytes: 4 });
    setTimeout(() => usual(message), 5);
  };
  await judge({ ...model("a"), parts: [{ path: null, sizeBytes: 10, read }] }, 512, "f16");
  expect(asked.find((message) => message.kind === "read-failed")).toMatchObject({ readId: 1 });
  expect(asked.find((message) => message.kind === "bytes")).toMatchObject({ readId: 2, bytes: new Uint8Array([1]) });
  expect(read).toHaveBeenCalledWith(8, 4);
});

it("does not ask what nobody waits for any more, and knows nothing less afterwards", async () => {
  const stop = new AbortController();
  stop.abort();
  expect((await estimator.judge(model("a"), usualQuestion(3000, "f16"), { signal: stop.signal })).fit).toMatchObject({
    verdict: "unknown",
    failureCode: "request-cancelled",
  });
  expect(asked.filter(({ kind }) => kind === "estimate")).toEqual([]);
  expect(await judge(model("a"), 3000, "f16")).toMatchObject({ verdict: "fits" });
});

describe("formats", () => {
  const format: ModelFormat = {
    source: "template",
    name: "default",
    problem: null,
    thinking: null,
    hasTools: false,
    template: "{{ messages }}",
    problemDetail: null,
    unusedTemplate: null,
    hasDocuments: false,
    hasSystemPrompt: true,
    specialTokens: [],
    samples: [],
    licence: null,
  };
  const asks = () => asked.filter(({ kind }) => kind === "describe-format").length;

  it("are read once for each content", async () => {
    answer = (message) => {
      if (message.kind === "describe-format") listeners.onMessage({ kind: "format-described", id: message.id, format });
    };
    expect(await estimator.describeFormat(model("a"))).toEqual({ ok: true, value: format });
    expect(await estimator.describeFormat(model("a"))).toEqual({ ok: true, value: format });
    expect(asks()).toBe(1);
    await estimator.describeFormat(model("b"));
    expect(asks()).toBe(2);
  });

  it("of a file that ends the process say so, and the file is not read again, nor judged", async () => {
    const usual = answer;
    answer = (message) => {
      if (message.kind === "describe-format") listeners.onExit(134);
      else usual(message);
    };
    const fatal = { ok: false, failure: { code: "model-ends-engine" } };
    expect(await estimator.describeFormat(model("a"))).toMatchObject(fatal);
    expect(await estimator.describeFormat(model("a"))).toMatchObject(fatal);
    expect(asks()).toBe(1);
    expect(await judge(model("a"), 512, "f16")).toMatchObject({ failureCode: "model-ends-engine" });
  });

  it("that take too much memory to be read speak of loading, not of fitting, and may be asked for again", async () => {
    answer = ({ kind }) => {
      if (kind === "describe-format") resident = 2e9;
    };
    const tooMuch = { ok: false, failure: { code: "model-load-failed" } };
    expect(await estimator.describeFormat(model("a"))).toMatchObject(tooMuch);
    expect(await estimator.describeFormat(model("a"))).toMatchObject(tooMuch);
    expect(asks()).toBe(2);
  });
});
