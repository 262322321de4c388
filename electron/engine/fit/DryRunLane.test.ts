// Whose turn it is, and that nobody waits whose question was cancelled.
import { expect, it } from "vitest";
import { DryRunLane } from "./DryRunLane";

function lane() {
  const done: string[] = [];
  const runs = new DryRunLane();
  const finish = new Map<string, () => void>();
  const run = (name: string, isUrgent: boolean, signal = new AbortController().signal) =>
    runs.run(isUrgent, signal, async () => {
      await new Promise<void>((resolve) => finish.set(name, resolve));
      done.push(name);
    });
  const settled = () => new Promise((resolve) => setTimeout(resolve));
  return { done, run, finish, settled };
}

it("runs one at a time, those that a user waits for first", async () => {
  const { done, run, finish, settled } = lane();
  const all = [run("a", false), run("b", false), run("load", true)];
  for (const name of ["a", "load", "b"]) {
    await settled();
    expect([...finish.keys()]).toEqual([...done, name]);
    finish.get(name)?.();
  }
  await Promise.all(all);
  expect(done).toEqual(["a", "load", "b"]);
});

it("lets go of a waiting one at once when it is cancelled, however long the running one takes", async () => {
  const { done, run, finish, settled } = lane();
  const running = run("hangs", false);
  const stop = new AbortController();
  const waiting = run("waiting", true, stop.signal);
  const last = run("last", false);
  stop.abort();
  await expect(waiting).rejects.toThrow("aborted");
  finish.get("hangs")?.();
  await running;
  await settled();
  finish.get("last")?.();
  await last;
  expect(done).toEqual(["hangs", "last"]);
});
