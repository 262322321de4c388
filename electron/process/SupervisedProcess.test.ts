// A supervised process that is silent, late, large or does not even die: with a child that the test plays.
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { z } from "zod";
import type { ChildListeners } from "./Fork";
import { SILENCE_LIMIT_MS, SupervisedProcess, type ProcessEnd } from "./SupervisedProcess";

const schema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("hello") }),
  z.strictObject({ kind: z.literal("answer"), id: z.number() }),
]);

let child: ChildListeners;
let posted: string[];
let kills: number;
let residentBytes: number;
let nonsense: number;
let late: [id: number, isCancelled: boolean][];
let ends: ProcessEnd[];
let nowMs: number;

beforeEach(() => {
  vi.useFakeTimers();
  posted = [];
  kills = 0;
  residentBytes = 0;
  nonsense = 0;
  late = [];
  ends = [];
  nowMs = 0;
});
afterEach(() => {
  vi.useRealTimers();
});

function start(silenceLimitMs: number | null) {
  return new SupervisedProcess<string, z.infer<typeof schema>, number, string>({
    fork(listeners) {
      child = listeners;
      return {
        postMessage: (message) => posted.push(message),
        kill: () => kills++,
        residentBytes: () => residentBytes,
      };
    },
    schema,
    silenceLimitMs,
    memoryLimitBytes: 1000,
    now: () => nowMs,
    onMessage: () => undefined,
    onNonsense: () => nonsense++,
    onLate: (requests) => late.push(...requests.map(({ id, isCancelled }): [number, boolean] => [id, isCancelled])),
    onEnd: (end) => ends.push(end),
  });
}

async function pass(ms: number): Promise<void> {
  for (const target = nowMs + ms; nowMs < target;) {
    nowMs += 250;
    await vi.advanceTimersByTimeAsync(250);
  }
}

it("is killed for silence, and its end is told once, when it is gone", async () => {
  const process = start(SILENCE_LIMIT_MS);
  await pass(29_000);
  child.onMessage({ kind: "hello" });
  expect(process.saidHello).toBe(true);
  await pass(29_000);
  expect(kills).toBe(0);
  // What nobody understands is no sign of life.
  child.onMessage({ kind: "hello", more: 1 });
  await pass(2_000);
  expect([nonsense, kills, ends]).toEqual([1, 1, []]);
  expect(process.post("x")).toBe(false);
  child.onExit(9);
  child.onExit(9);
  await pass(10_000);
  expect(ends).toEqual([{ why: "silence", code: 9 }]);
});

it("is given up when it does not die of the kill", async () => {
  const process = start(null);
  process.kill("on-purpose");
  process.kill("memory");
  await pass(5_250);
  expect(ends).toEqual([{ why: "on-purpose", code: null }]);
  child.onExit(9);
  expect([kills, ends.length]).toEqual([1, 1]);
});

it("is killed for its memory while it answers", async () => {
  const process = start(null);
  residentBytes = 2000;
  await pass(1_000);
  expect(kills).toBe(0);
  process.ask(1, "question", Infinity, "1");
  await pass(250);
  child.onExit(9);
  expect(ends).toEqual([{ why: "memory", code: 9 }]);
});

it("says which answers are overdue: those that move have their time again, cancelled ones a grace", async () => {
  const process = start(null);
  for (const id of [1, 2, 3]) process.ask(id, `question ${id}`, 10_000, `ask ${id}`);
  await pass(6_000);
  process.requests.restartTime(2);
  process.cancel(3, 1_000, "cancel 3");
  process.cancel(3, 1_000, "cancel 3");
  process.requests.restartTime(3);
  await pass(1_000);
  expect(late).toEqual([[3, true]]);
  process.requests.take(3);
  late = [];
  await pass(3_000);
  expect(late).toEqual([[1, false]]);
  expect(process.requests.take(1)?.question).toBe("question 1");
  await pass(5_000);
  expect(late).toEqual([[1, false]]);
  expect(posted).toEqual(["ask 1", "ask 2", "ask 3", "cancel 3"]);
});

it("is not to blame while the computer sleeps", async () => {
  const process = start(SILENCE_LIMIT_MS);
  process.ask(1, "question", 10_000, "1");
  await pass(2_000);
  nowMs += 3_600_000;
  await pass(5_000);
  expect([kills, late]).toEqual([0, []]);
  await pass(4_000);
  expect(late[0]).toEqual([1, false]);
});
