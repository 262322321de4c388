// Jobs whose process says nothing, or what nobody can read: with a process that the test plays. Those of real ones: runJob.test.ts.
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { FromJob, JobRequest, ToJob } from "../../contract/jobs";
import type { ChildListeners, Fork } from "../../process/Fork";
import { runJob, type JobOutcome } from "./runJob";

let listeners: ChildListeners;
let kills: number;
let outcome: JobOutcome | undefined;

const fork: Fork<ToJob> = (given) => {
  listeners = given;
  return {
    postMessage: () => undefined,
    kill() {
      kills++;
      given.onExit(9);
    },
  };
};
const request: JobRequest = { kind: "preview", source: "/m.gguf", types: ["Q4_0"], steps: null };
const say = (message: FromJob) => listeners.onMessage(message);

beforeEach(async () => {
  vi.useFakeTimers();
  kills = 0;
  outcome = undefined;
  void runJob(fork, { appFolder: "/", request }, { signal: new AbortController().signal }).then((value) => {
    outcome = value;
  });
  await vi.advanceTimersByTimeAsync(0);
});
afterEach(() => {
  vi.useRealTimers();
});

it("ends a process without a heartbeat for 30 s, and says so", async () => {
  await vi.advanceTimersByTimeAsync(29_000);
  expect(outcome).toBeUndefined();
  await vi.advanceTimersByTimeAsync(2_000);
  expect(outcome).toMatchObject({
    ok: false,
    failure: { code: "job-crashed", cause: expect.stringContaining("heard") },
  });
  expect(kills).toBe(1);
});

it("lets a process work for as long as it sends heartbeats", async () => {
  for (let second = 0; second < 7200; second += 20) {
    say({ kind: "heartbeat" });
    await vi.advanceTimersByTimeAsync(20_000);
  }
  expect(outcome).toBeUndefined();
  say({ kind: "failed", failure: { code: "model-unreadable" } });
  await vi.advanceTimersByTimeAsync(0);
  expect(outcome).toMatchObject({ failure: { code: "model-unreadable" } });
});

it("ends a job whose result cannot be read", async () => {
  listeners.onMessage({
    kind: "done",
    result: { kind: "import-importance-matrix", entries: NaN, chunks: 1, datasets: [] },
  });
  await vi.advanceTimersByTimeAsync(0);
  expect(outcome).toMatchObject({ failure: { code: "job-crashed", cause: expect.stringContaining("protocol") } });
  expect(kills).toBe(1);
});
