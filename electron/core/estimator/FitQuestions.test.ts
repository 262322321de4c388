// Which questions go first, and who is blamed for a process that ends: with a process that the test plays.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ToFit } from "../../contract/fitProtocol";
import type { ChildListeners } from "../../process/Fork";
import { FitQuestions, type FitModel } from "./FitQuestions";

let asked: Extract<ToFit, { kind: "describe-format" }>[];
let listeners: ChildListeners;
let forks: number;
/** What the process does with a question; nothing, so that the test answers. */
let onAsked: (name: string) => void;
/** What it does when it is told to leave a question. */
let onCancelled: (id: number) => void;
let questions: FitQuestions;

beforeEach(() => {
  asked = [];
  forks = 0;
  onAsked = () => undefined;
  onCancelled = (id) => listeners.onMessage({ kind: "failed", id, failure: { code: "request-cancelled" } });
  questions = new FitQuestions({
    fork(given) {
      forks++;
      listeners = given;
      return {
        postMessage(message) {
          if (message.kind === "cancel") onCancelled(message.id);
          if (message.kind !== "describe-format") return;
          asked.push(message);
          queueMicrotask(() => onAsked(message.path));
        },
        kill: () => given.onExit(9),
      };
    },
    log: () => undefined,
    now: () => performance.now(),
  });
});
afterEach(() => questions.close());

const model = (key: string): FitModel => ({ key, parts: [], fetchedBytes: () => 0 });
const ask = async (name: string, isUrgent: boolean) => {
  const answer = await questions.ask({
    model: model(name),
    isUrgent,
    message: (id) => ({ kind: "describe-format", id, path: name }),
  });
  return answer.kind === "failed" ? answer.failure.code : answer.kind;
};
const names = () => asked.map(({ path }) => path);

function answer(name: string): void {
  const message = asked.findLast(({ path }) => path === name);
  if (message === undefined) throw new Error(`${name} was not asked`);
  // The answer's kind is of no concern here.
  listeners.onMessage({ kind: "stubbed", id: message.id, path: "" });
}

it("asks four for lists at once, and what a user waits for beside and before them", async () => {
  const lists = ["a", "b", "c", "d", "e", "f"].map((name) => ask(name, false));
  expect(names()).toEqual(["a", "b", "c", "d"]);
  const urgent = ask("load", true);
  expect(names()).toEqual(["a", "b", "c", "d", "load"]);
  answer("load");
  expect(await urgent).toBe("stubbed");
  answer("c");
  expect(names()).toEqual(["a", "b", "c", "d", "load", "e"]);
  for (const name of ["a", "b", "d", "e", "f"]) answer(name);
  expect(await Promise.all(lists)).toEqual(lists.map(() => "stubbed"));
});

it("finds the one that ends the process among those that are answered with it, and blames no other", async () => {
  // Each time it dies before it has answered anything.
  onAsked = (name) => {
    if (name === "fatal") listeners.onExit(134);
    else setTimeout(() => asked.some(({ path }) => path === name) && answer(name), 5);
  };
  const all = ["one", "two", "fatal", "three", "four"].map((name) => ask(name, false));
  expect(await Promise.all(all)).toEqual(["stubbed", "stubbed", "model-ends-engine", "stubbed", "stubbed"]);
  expect(names().filter((name) => name === "fatal")).toHaveLength(2);
});

it("does not let a load wait for those that may have ended the process", async () => {
  const lists = ["a", "b"].map((name) => ask(name, false));
  listeners.onExit(134);
  // Apart from each other, and nothing else for lists meanwhile.
  const third = ask("c", false);
  expect(names()).toEqual(["a", "b", "a"]);
  const load = ask("load", true);
  answer("load");
  expect(await load).toBe("stubbed");
  for (const name of ["a", "b", "c"]) answer(name);
  expect(await Promise.all([...lists, third])).toEqual(["stubbed", "stubbed", "stubbed"]);
  expect(forks).toBe(2);
});

it("gives up what was in three processes that died, each time beside something else", async () => {
  const list = ask("list", false);
  for (const name of ["load 1", "load 2", "load 3"]) {
    expect(names().at(-1)).toBe("list");
    const load = ask(name, true);
    listeners.onExit(134);
    answer(name);
    expect(await load).toBe("stubbed");
  }
  // Not "model-ends-engine": it was never alone.
  expect(await list).toBe("estimate-failed");
});

it("fails a question whose process cannot be made, and asks the next one", async () => {
  const full = new FitQuestions({
    fork() {
      throw new Error("no space left on device");
    },
    log: () => undefined,
    now: () => performance.now(),
  });
  const answers = [1, 2].map(() =>
    full.ask({ model: null, isUrgent: true, message: (id) => ({ kind: "machine", id }) }),
  );
  expect(await Promise.all(answers)).toMatchObject(answers.map(() => ({ failure: { code: "estimate-failed" } })));
});

it("blames a question whose answer cannot be read, and no other", async () => {
  onAsked = (name) => {
    const message = asked.findLast(({ path }) => path === name);
    if (name === "nonsense") listeners.onMessage({ kind: "stubbed", id: message?.id, path: NaN });
    else setTimeout(() => asked.some(({ path }) => path === name) && answer(name), 5);
  };
  const all = ["one", "nonsense", "two"].map((name) => ask(name, false));
  expect(await Promise.all(all)).toEqual(["stubbed", "estimate-failed", "stubbed"]);
});

describe("a question that a user waits for long", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const hanging = new Set<string>();
  beforeEach(() => hanging.clear());
  const isHanging = (id: number) => asked.some((message) => message.id === id && hanging.has(message.path));
  const leaveUnlessHanging = (id: number) => {
    if (!isHanging(id)) listeners.onMessage({ kind: "failed", id, failure: { code: "request-cancelled" } });
  };

  it("has the process for itself, and those for lists are asked again after it", async () => {
    const lists = ["a", "b", "c", "d", "e"].map((name) => ask(name, false));
    const load = ask("load", true);
    await vi.advanceTimersByTimeAsync(3_900);
    answer("d");
    expect(names()).toEqual(["a", "b", "c", "d", "load", "e"]);
    await vi.advanceTimersByTimeAsync(4_000);
    expect(names()).toEqual(["a", "b", "c", "d", "load", "e"]);
    answer("load");
    expect(await load).toBe("stubbed");
    expect(names().slice(6).sort()).toEqual(["a", "b", "c", "e"]);
    for (const name of ["a", "b", "c", "e"]) answer(name);
    expect(await Promise.all(lists)).toEqual(lists.map(() => "stubbed"));
    expect(forks).toBe(1);
  });

  it("ends the process within seconds when one for a list hangs in it; only that one fails", async () => {
    onCancelled = leaveUnlessHanging;
    hanging.add("b");
    const lists = ["a", "b", "c"].map((name) => ask(name, false));
    const load = ask("load", true);
    await vi.advanceTimersByTimeAsync(9_000);
    expect(forks).toBe(2);
    expect(names().filter((name) => name === "load")).toHaveLength(2);
    answer("load");
    expect(await load).toBe("stubbed");
    for (const name of ["a", "c"]) answer(name);
    expect(await Promise.all(lists)).toEqual(["stubbed", "estimate-failed", "stubbed"]);
  });

  it("finds the one for a list that hangs among several that could not be left", async () => {
    onCancelled = leaveUnlessHanging;
    for (const name of ["a", "b"]) hanging.add(name);
    const lists = ["a", "b"].map((name) => ask(name, false));
    const load = ask("load", true);
    await vi.advanceTimersByTimeAsync(9_000);
    answer("load");
    expect(await load).toBe("stubbed");
    // Apart from each other.
    expect(names().slice(-1)).toEqual(["a"]);
    answer("a");
    expect(names().slice(-1)).toEqual(["b"]);
    await vi.advanceTimersByTimeAsync(50_000);
    expect(await Promise.all(lists)).toEqual(["stubbed", "estimate-failed"]);
  });

  it("lets those for lists take their time when nobody waits", async () => {
    const list = ask("a", false);
    await vi.advanceTimersByTimeAsync(40_000);
    answer("a");
    expect(await list).toBe("stubbed");
    expect(names()).toEqual(["a"]);
  });
});
