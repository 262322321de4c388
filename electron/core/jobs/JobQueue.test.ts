// The queue: order, cancel, retry, and what it knows again after the app has ended.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fail, succeed, type Outcome } from "../../contract/failure";
import { ModelId } from "../../contract/ids";
import { JobId, type Job, type JobPhase } from "../../contract/jobQueue";
import { openJsonFile } from "../JsonFile";
import { SavedJobs, type JobOrder } from "./jobOrder";
import { JobQueue, type JobControls, type JobProduct } from "./JobQueue";

const working: JobPhase = {
  kind: "work",
  progress: { stage: "quantize", fraction: 0.5, item: "", unit: "bytes", perSecond: null, secondsLeft: null },
};
const fetching: JobPhase = {
  kind: "download",
  receivedBytes: 1,
  totalBytes: 2,
  bytesPerSecond: null,
  secondsLeft: null,
  waitingFor: null,
};
const product = { modelId: null, deltaId: null, qualityFailure: null };

interface Call {
  order: JobOrder;
  controls: JobControls;
  end: (outcome: Outcome<JobProduct>) => void;
}

let folder: string;
let calls: Call[];
let seen: Job[][];
let busy: boolean[];
let opened: JobQueue[];

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "facet-queue-"));
  [calls, seen, busy, opened] = [[], [], [], []];
});
afterEach(async () => {
  for (const queue of opened) await queue.stop();
  await rm(folder, { recursive: true, force: true });
});

/** A queue over the folder, as each start of the app makes one. A cancelled job ends as runJob ends it. */
async function open(): Promise<JobQueue> {
  const { file } = await openJsonFile(path.join(folder, "jobs.json"), SavedJobs, Date.now);
  let ids = 0;
  const queue = new JobQueue({
    file,
    newId: () => JobId.parse(`job-${calls.length}-${ids++}`),
    run: (order, controls) =>
      new Promise((end) => {
        calls.push({ order, controls, end });
        controls.signal.addEventListener("abort", () => end(fail("request-cancelled")));
      }),
    onChanged: (jobs) => seen.push(jobs),
    onBusy: (isBusy) => busy.push(isBusy),
    onProblem: (error) => {
      throw error;
    },
    now: () => 0,
  });
  opened.push(queue);
  queue.start();
  return queue;
}

function order(name: string): JobOrder {
  const start = { kind: "quality" as const, sourceId: ModelId.parse("source"), candidateIds: [ModelId.parse(name)] };
  return { kind: "quality", start, modelName: name };
}

function add(queue: JobQueue, name: string): JobId {
  const added = queue.add(order(name));
  if (!added.ok) throw new Error(added.failure.code);
  return added.value.id;
}

const settle = () => new Promise((resolve) => setImmediate(resolve));
const states = (queue: JobQueue) =>
  queue
    .list()
    .map(({ modelName, state }) =>
      state.kind === "queued" ? `${modelName} ${state.position}` : `${modelName} ${state.kind}`,
    );

describe("JobQueue", () => {
  it("runs one job at a time, in the order of asking", async () => {
    const queue = await open();
    for (const name of ["a", "b", "c"]) add(queue, name);
    expect(states(queue)).toEqual(["a running", "b 1", "c 2"]);
    calls[0]?.end(succeed(product));
    await settle();
    expect(states(queue)).toEqual(["a done", "b running", "c 1"]);
    calls[1]?.end(fail("job-crashed"));
    await settle();
    expect(states(queue)).toEqual(["a done", "b failed", "c running"]);
    calls[2]?.end(succeed(product));
    await settle();
    expect(calls).toHaveLength(3);
    expect(busy).toEqual([true, false, true, false, true, false]);
  });

  it("takes the same job only once while it waits or runs", async () => {
    const queue = await open();
    expect(add(queue, "a")).toBe(add(queue, "a"));
    expect(add(queue, "b")).toBe(add(queue, "b"));
    expect(queue.list()).toHaveLength(2);
    calls[0]?.end(succeed(product));
    await settle();
    add(queue, "a");
    expect(states(queue)).toEqual(["a done", "b running", "a 1"]);
  });

  it("cancels what runs and what waits; their lines go and the next begins", async () => {
    const queue = await open();
    const [a, b] = [add(queue, "a"), add(queue, "b")];
    add(queue, "c");
    expect(await queue.cancel(b)).toEqual(succeed(undefined));
    expect(await queue.cancel(a)).toEqual(succeed(undefined));
    expect(calls[0]?.controls.signal.aborted).toBe(true);
    expect(states(queue)).toEqual(["c running"]);
    expect((await queue.cancel(a)).ok).toBe(false);
  });

  it("keeps what had come to its end when it was cancelled", async () => {
    const queue = await open();
    const a = add(queue, "a");
    calls[0]?.end(succeed(product));
    await queue.cancel(a);
    expect(states(queue)).toEqual(["a done"]);
  });

  it("tries a failed job again at the end of the queue, and dismisses only what has ended", async () => {
    const queue = await open();
    const [a, b] = [add(queue, "a"), add(queue, "b")];
    calls[0]?.end(fail("job-crashed"));
    await settle();
    expect(queue.dismiss(b).ok).toBe(false);
    expect(queue.retry(b).ok).toBe(false);
    add(queue, "c");
    expect(queue.retry(a).ok).toBe(true);
    expect(states(queue)).toEqual(["b running", "c 1", "a 2"]);
    calls[1]?.end(fail("job-crashed"));
    await settle();
    expect(queue.dismiss(b).ok).toBe(true);
    expect(states(queue)).toEqual(["c running", "a 1"]);
  });

  it("begins anew with a failed job that is asked for again", async () => {
    const queue = await open();
    const failed = add(queue, "a");
    calls[0]?.end(fail("job-crashed"));
    await settle();
    expect(add(queue, "a")).not.toBe(failed);
    expect(states(queue)).toEqual(["a running"]);
  });

  it("stopped with the app, goes on with everything at the next start", async () => {
    const first = await open();
    add(first, "a");
    add(first, "b");
    calls[0]?.controls.onPhase(working);
    await first.stop();
    const second = await open();
    expect(states(second)).toEqual(["a running", "b 1"]);
    expect(calls).toHaveLength(2);
  });

  it("after a crash says of the job at work that it was interrupted; a download and what waited go on", async () => {
    const crashed = await open();
    const a = add(crashed, "a");
    add(crashed, "b");
    calls[0]?.controls.onPhase(working);
    await settle();
    const queue = await openLater();
    expect(queue.list()[0]?.state).toMatchObject({ kind: "failed", failure: { code: "job-interrupted" } });
    expect(states(queue)).toEqual(["a failed", "b running"]);
    expect(queue.retry(a).ok).toBe(true);
    calls.at(-1)?.controls.onPhase(fetching);
    expect(states(await openLater())).toEqual(["b running", "a 1"]);
  });

  it("does not begin with jobs of a damaged file", async () => {
    await writeFile(
      path.join(folder, "jobs.json"),
      '{"version":1,"jobs":[{"id":"x","order":{"kind":"rm"},"state":{"kind":"queued"}}]}',
    );
    const queue = await open();
    expect(queue.list()).toEqual([]);
    expect(calls).toEqual([]);
  });
});

/** As after kill -9: the first queue is never stopped. What it wrote has reached the file. */
async function openLater(): Promise<JobQueue> {
  await new Promise((resolve) => setTimeout(resolve, 100));
  return open();
}
