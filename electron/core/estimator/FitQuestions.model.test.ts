// What a user waits for beside a hub verdict that takes long, hangs or ends the fit process: with a real fit process and llama.cpp.
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { DeltaId } from "../../contract/ids";
import { automaticLoadSettings } from "../../contract/loadSettings";
import { writeLora } from "../../testing/deltaGguf";
import { forkFitChild, type ForkedFit } from "../../testing/forkFitChild";
import { writeTinyModel } from "../../testing/tinyGguf";
import { Estimator, usualQuestion } from "./Estimator";
import { fitModelOfPaths } from "./fitModelOfPaths";
import type { FitModel } from "./FitQuestions";
import { planLoad } from "./planLoad";

/** What was asked beside it had to wait for its limit of a minute, when there was one lane. */
const SOON_MS = 20_000;

let folder: string;
let modelPath: string;
let deltaPath: string;
let children: ForkedFit[];
let skipped: number;
let reads: number;
let posted: number;
let estimator: Estimator;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "facet-lanes-"));
  modelPath = path.join(folder, "tiny.gguf");
  deltaPath = path.join(folder, "delta.gguf");
  await writeTinyModel(modelPath);
  await writeLora(deltaPath);
  children = [];
  skipped = 0;
  reads = 0;
  posted = 0;
  estimator = new Estimator({
    fork(listeners) {
      const child = forkFitChild(path.join(folder, `stubs-${children.length}`), listeners);
      children.push(child);
      return {
        ...child,
        postMessage(message) {
          posted++;
          child.postMessage(message);
        },
      };
    },
    machineOf: (measured) => ({ ...measured, totalBytes: 16e9, systemReserveBytes: 0, loadedModelBytes: 0 }),
    engineProcessBytes: () => 0,
    log: () => undefined,
    now: () => performance.now() + skipped,
  });
});
afterEach(async () => {
  vi.useRealTimers();
  estimator.close();
  await rm(folder, { recursive: true, force: true });
});

/** The process is looked at by the clock of the test from now on. Its own clock, and how long it takes, stay real. */
const stopLooking = () => vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });

/** With a look at the process before and after each step, so that none is a sleep of the computer, and time for what it says. */
async function skip(ms: number): Promise<void> {
  for (const target = skipped + ms; skipped < target;) {
    vi.advanceTimersByTime(250);
    skipped += 3_000;
    vi.advanceTimersByTime(250);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** At a hub that takes the request and never answers it. */
function silentModel(key: string): FitModel {
  return {
    key,
    parts: [{ path: null, sizeBytes: 1e9, read: () => (reads++, new Promise<never>(() => {})) }],
    fetchedBytes: () => 0,
  };
}

const silentVerdict = (key = "silent", signal?: AbortSignal) =>
  estimator.judge(silentModel(key), usualQuestion(4096, "f16"), { signal });

async function plan() {
  const model = await fitModelOfPaths([modelPath]);
  if (model === null) throw new Error("no model");
  return planLoad({
    settings: automaticLoadSettings,
    judge: (question, extent) => estimator.judge(model, question, { extent, isUrgent: true }),
    lastFailure: null,
    gpuLayersThatFailed: null,
    hasDeltas: true,
  });
}

it("plans a load, adds and matches a delta while verdicts wait for a hub that never answers", async () => {
  const stop = new AbortController();
  const verdicts = ["a", "b", "c", "d", "e", "f"].map((key) => silentVerdict(key, stop.signal));
  await vi.waitUntil(() => reads > 0, SOON_MS);
  const beganMs = performance.now();
  expect((await plan()).plan.fit).toMatchObject({ verdict: "fits", architecture: "llama" });
  const plannedMs = performance.now() - beganMs;
  expect(await estimator.inspectDelta(deltaPath)).toMatchObject({ ok: true, value: { kind: "lora" } });
  expect(await estimator.matchDeltas(modelPath, [{ deltaId: DeltaId.parse("delta"), path: deltaPath }])).toMatchObject({
    ok: true,
    value: [{ match: "shapes-fit" }],
  });
  console.info(`planned beside silent verdicts in ${plannedMs.toFixed(0)} ms`);
  expect(performance.now() - beganMs).toBeLessThan(SOON_MS);
  // Of those for lists only a few are asked at once, and whoever is cancelled makes room.
  expect(reads).toBe(4);
  stop.abort();
  for (const { failure } of await Promise.all(verdicts)) expect(failure?.code).toBe("request-cancelled");
  const last = silentVerdict("last");
  await vi.waitUntil(() => reads === 5, SOON_MS);
  expect(children).toHaveLength(1);
  estimator.close();
  expect((await last).fit.verdict).toBe("unknown");
});

it("gives a verdict up at its limit without ending the process", async () => {
  stopLooking();
  const verdict = silentVerdict();
  await vi.waitUntil(() => reads > 0, SOON_MS);
  // Past its limit, and no further: the process needs real time to leave it.
  await skip(46_000);
  expect((await verdict).failure).toMatchObject({ code: "estimate-failed" });
  await skip(50_000);
  expect((await plan()).plan.fit.verdict).toBe("fits");
  expect(children).toHaveLength(1);
});

it("ends a process that hangs, and asks the others again in a new one", async () => {
  stopLooking();
  const verdict = silentVerdict();
  await vi.waitUntil(() => reads > 0, SOON_MS);
  process.kill(children[0]!.pid, "SIGSTOP");
  await skip(46_000);
  const before = posted;
  const planned = plan();
  await vi.waitUntil(() => posted > before, SOON_MS);
  await skip(6_000);
  // It needs what the new process says of the machine.
  expect((await verdict).failure).toMatchObject({ code: "estimate-failed" });
  expect((await planned).plan.fit.verdict).toBe("fits");
  expect(children).toHaveLength(2);
});

it("blames nobody for a process that died while several were answered, and asks them again", async () => {
  const stop = new AbortController();
  const silent = silentVerdict("silent", stop.signal);
  await vi.waitUntil(() => reads > 0, SOON_MS);
  const before = posted;
  const planned = plan();
  // At once: the plan is a matter of milliseconds, and answered, it would leave the other alone.
  await vi.waitUntil(() => posted > before, { timeout: SOON_MS, interval: 1 });
  process.kill(children[0]!.pid, "SIGABRT");
  expect((await planned).plan.fit.verdict).toBe("fits");
  await vi.waitUntil(() => reads > 1, SOON_MS);
  stop.abort();
  expect((await silent).failure?.code).toBe("request-cancelled");
  expect(children).toHaveLength(2);
});
