// What the list of jobs says: place in line, step, figures with units, and sentences for what ended.
import { expect, test } from "vitest";
import { ModelId } from "../contract/ids";
import { Job } from "../contract/jobQueue";
import { endedWords, formatDuration, jobFacts, jobFraction, jobProblem, jobSteps, jobTitle } from "./jobWords";

const start = {
  kind: "quantize",
  source: { kind: "installed", modelId: "model-1" },
  recipe: { type: "Q4_K_M", steps: [{ kind: "calibrate", with: { kind: "text", ownTextId: null } }] },
  measureQuality: true,
  keepSource: false,
};
const progress = {
  stage: "quantize",
  fraction: 0.427,
  item: "blk.3.ffn_down.weight",
  unit: "bytes",
  perSecond: 61_000_000,
  secondsLeft: 75,
};

function job(state: unknown, change: object = {}): Job {
  return Job.parse({ id: "job-1", start: { ...start, ...change }, modelName: "Tiny", state });
}

test.each([
  [{ kind: "queued", position: 1 }, ["next in line"]],
  [{ kind: "queued", position: 3 }, ["number 3 in line"]],
  [{ kind: "running", phase: null }, ["starting"]],
  [
    { kind: "running", phase: { kind: "work", progress } },
    ["blk.3.ffn_down.weight", "42%", "61 MB/s", "1 min 15 s left"],
  ],
  [
    {
      kind: "running",
      phase: {
        kind: "work",
        progress: { ...progress, stage: "quality", unit: "tokens", item: "", perSecond: 812, secondsLeft: null },
      },
    },
    ["42%", "812 tokens/s"],
  ],
  [
    {
      kind: "running",
      phase: {
        kind: "work",
        progress: { ...progress, stage: "check", item: "a.gguf", perSecond: null, secondsLeft: null },
      },
    },
    ["a.gguf"],
  ],
  [
    {
      kind: "running",
      phase: {
        kind: "download",
        receivedBytes: 5e8,
        totalBytes: 2e9,
        bytesPerSecond: 1e7,
        secondsLeft: 150,
        waitingFor: null,
      },
    },
    ["500 MB of 2.00 GB", "25%", "10 MB/s", "2 min 30 s left"],
  ],
  [
    {
      kind: "running",
      phase: {
        kind: "download",
        receivedBytes: 5e8,
        totalBytes: 2e9,
        bytesPerSecond: null,
        secondsLeft: null,
        waitingFor: "person",
      },
    },
    ["500 MB of 2.00 GB", "the download is paused"],
  ],
])("%j", (state, facts) => {
  expect(jobFacts(job(state))).toEqual(facts);
});

test("the steps are those that were asked for", () => {
  expect(jobSteps(job({ kind: "queued", position: 1 }).start)).toEqual([
    "read-source",
    "importance-matrix",
    "quantize",
    "check",
    "quality",
    "speed",
  ]);
  expect(
    jobSteps(
      job({ kind: "queued", position: 1 }, { recipe: { type: "Q4_K_M", steps: [] }, measureQuality: false }).start,
    ),
  ).toEqual(["read-source", "quantize", "check"]);
  const delta = {
    kind: "make-delta",
    baseId: ModelId.parse("base"),
    fineTuneId: ModelId.parse("tuned"),
    name: "Tuned",
    measureFidelity: true,
  } as const;
  expect(jobSteps({ ...delta, result: { kind: "bitdelta", compact: false } })).toEqual([
    "make-delta",
    "refine-delta",
    "fidelity",
  ]);
  expect(jobSteps({ ...delta, result: { kind: "lora", rank: 8 }, measureFidelity: false })).toEqual(["make-delta"]);
});

test("a fine-tune from the hub is called by its repository, and is converted only for a base", () => {
  const fetched = (baseId: string | null, state: unknown) =>
    Job.parse({
      id: "job-2",
      start: { kind: "fetch-delta", hub: { repository: "maker/Pirate-LoRA", revision: null, path: null }, baseId },
      modelName: "maker/Pirate-LoRA",
      state,
    });
  const done = fetched("model-1", {
    kind: "done",
    modelId: null,
    deltaId: "delta-1",
    tookMs: 900,
    qualityFailure: null,
  });
  expect([jobTitle(done), endedWords(done)]).toEqual([
    "maker/Pirate-LoRA",
    "maker/Pirate-LoRA is in your fine-tunes now.",
  ]);
  expect(jobSteps(done.start)).toEqual(["download", "convert-delta"]);
  expect(jobSteps(fetched(null, { kind: "queued", position: 1 }).start)).toEqual(["download"]);
});

test("an empty download has no share that is done", () => {
  const empty = {
    kind: "download",
    receivedBytes: 0,
    totalBytes: 0,
    bytesPerSecond: null,
    secondsLeft: null,
    waitingFor: "queue",
  };
  expect(jobFraction(job({ kind: "running", phase: empty }))).toBeNull();
});

test("a failure is said in sentences, and a model that could not be measured is not called failed", () => {
  const failed = job({ kind: "failed", failure: { code: "job-crashed" } });
  expect(jobProblem(failed)).toMatch(/stopped unexpectedly\. .*unfinished.* Try again/);
  expect(endedWords(failed)).toMatch(/^Tiny: /);
  const unmeasured = job({
    kind: "done",
    modelId: "made-1",
    deltaId: null,
    tookMs: 83_000,
    qualityFailure: { code: "out-of-memory" },
  });
  expect(jobProblem(unmeasured)).toMatch(/^The new model can be used/);
  expect(endedWords(unmeasured)).toBe("Tiny is ready as Q4_K_M.");
  expect(jobTitle(unmeasured)).toBe("Tiny → Q4_K_M");
  expect(jobFacts(unmeasured)).toEqual(["done in 1 min 23 s"]);
});

test("durations keep what matters", () => {
  expect([420, 12_400, 83_000, 7_260_000].map(formatDuration)).toEqual(["0.4 s", "12 s", "1 min 23 s", "2 h 1 min"]);
});
