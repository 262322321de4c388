// The speed of making a delta is stored for each kind of result, over restarts.
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { expect, it } from "vitest";
import { StartMakeDelta, type JobPhase } from "../../contract/jobQueue";
import { openJsonFile } from "../JsonFile";
import { MakingSpeeds, SavedMakingSpeeds } from "./MakingSpeeds";

const start = (result: object) =>
  StartMakeDelta.parse({
    kind: "make-delta",
    baseId: "base",
    fineTuneId: "tuned",
    name: "Tuned",
    result,
    measureFidelity: true,
  });
const phase = (stage: string, fraction: number, perSecond: number | null) =>
  ({ kind: "work", progress: { stage, fraction, item: "", unit: "bytes", perSecond, secondsLeft: null } }) as JobPhase;

it("is what the finished step had, for each kind of result by itself", async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), "facet-speeds-"));
  const open = async () =>
    new MakingSpeeds((await openJsonFile(path.join(folder, "speeds.json"), SavedMakingSpeeds, () => 0)).file);
  const speeds = await open();
  const phases: JobPhase[] = [];
  const controls = { signal: new AbortController().signal, onPhase: (each: JobPhase) => phases.push(each) };
  const oneBit = speeds.following(start({ kind: "bitdelta", compact: false }), controls);
  for (const each of [phase("make-delta", 0.5, 1e9), phase("make-delta", 1, 2e9), phase("fidelity", 1, 100)])
    oneBit.onPhase(each);
  speeds.following(start({ kind: "lora", rank: 16 }), controls).onPhase(phase("make-delta", 1, 3e8));
  speeds.following(start({ kind: "lora", rank: 32 }), controls).onPhase(phase("make-delta", 1, null));
  expect(speeds.all).toEqual({ bitdelta: 2e9, "lora-16": 3e8 });
  expect(phases).toHaveLength(5);
  await expect.poll(async () => (await open()).all).toEqual(speeds.all);
  await rm(folder, { recursive: true });
});
