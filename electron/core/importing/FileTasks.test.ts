// Tasks on large files: listed while they run, stopped at once, kept when they failed and should say so.
import { expect, it } from "vitest";
import { fail, succeed } from "../../contract/failure";
import type { FileTask } from "../../contract/importing";
import { FileTasks } from "./FileTasks";

const about = { kind: "copy", title: "A model", modelId: null } as const;

it("emits how far and how fast, and ends the list with the work", async () => {
  let now = 0;
  const emitted: FileTask[][] = [];
  const tasks = new FileTasks({ onChanged: (list) => emitted.push(list), now: () => now });
  const outcome = await tasks.run(about, async ({ addTotal, addDone }) => {
    addTotal(1000);
    for (let step = 0; step < 4; step++) {
      now += 1000;
      addDone(200);
    }
    return succeed("done");
  });
  expect(outcome).toEqual(succeed("done"));
  expect(emitted.at(-2)?.[0]).toMatchObject({
    doneBytes: 800,
    totalBytes: 1000,
    bytesPerSecond: expect.closeTo(266.7, 0) as number,
    secondsLeft: expect.closeTo(0.75, 1) as number,
  });
  expect(emitted.at(-1)).toEqual([]);
});

it("ends a stopped task with request-cancelled, whatever it throws, and waits for all at the end", async () => {
  const tasks = new FileTasks({ onChanged: () => {} });
  const wait = () =>
    tasks.run(
      about,
      ({ signal }) =>
        new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(new Error("broken off")))),
    );
  const first = wait();
  const [task] = tasks.list();
  if (task) tasks.cancel(task.id);
  expect(await first).toMatchObject(fail("request-cancelled"));
  const second = wait();
  await tasks.close();
  expect(await second).toMatchObject(fail("request-cancelled"));
  expect(await wait()).toMatchObject(fail("request-cancelled"));
});

it("keeps a failure until it is put away, and lets bugs through", async () => {
  const tasks = new FileTasks({ onChanged: () => {} });
  await tasks.run({ ...about, keepFailure: true }, async () => fail("disk-full"));
  expect(tasks.list()).toMatchObject([{ failure: { code: "disk-full" } }]);
  expect(tasks.isRunning("copy")).toBe(false);
  for (const { id } of tasks.list()) tasks.cancel(id);
  expect(tasks.list()).toEqual([]);
  await expect(tasks.run(about, () => Promise.reject(new TypeError("a bug")))).rejects.toThrow("a bug");
  expect(tasks.list()).toEqual([]);
});
