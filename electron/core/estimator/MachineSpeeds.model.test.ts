// A real probe in a real fit process: every value is there, of this computer's order of size, and nothing stays behind.
import { mkdtemp, readdir, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { expect, it } from "vitest";
import { PROBED_TYPES } from "../../engine/speed/probeMachine";
import { forkFitChild } from "../../testing/forkFitChild";
import { openJsonFile } from "../JsonFile";
import { MachineSpeeds, SavedMachineSpeeds } from "./MachineSpeeds";
import { predictSpeed } from "./predictSpeed";

it("measures this computer", async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), "facet-probe-"));
  const { file } = await openJsonFile(path.join(folder, "speed.json"), SavedMachineSpeeds, () => 0);
  const stubs = path.join(folder, "stubs");
  const speeds = new MachineSpeeds({
    file,
    fork: (listeners) => forkFitChild(stubs, listeners),
    engineRests: () => Promise.resolve(),
    log: () => undefined,
    now: () => performance.now(),
  });
  const machine = { cores: 2, gpus: [] };
  expect(await speeds.measure(machine, { again: false })).toEqual({ ok: true, value: undefined });
  const speed = speeds.recall(machine);
  if (speed === null) throw new Error("nothing was measured");
  expect(Object.keys(speed.typeBytesPerSecond)).toEqual([...PROBED_TYPES]);
  // From a slow single core to a server's GPU.
  for (const bytes of Object.values(speed.typeBytesPerSecond)) {
    expect(bytes).toBeGreaterThan(5e7);
    expect(bytes).toBeLessThan(1e13);
  }
  const cost = { weightBytes: { Q4_K: 4e9 }, attentionMultiplications: 3e8, stateBytes: 0, tensors: 300 };
  const tokensPerSecond = predictSpeed(cost, speed);
  expect(tokensPerSecond).toBeGreaterThan(0);
  // Of a type of small numbers more weights come with each byte, and all of them are computed.
  const larger = { ...cost, weightBytes: { Q4_K: 4e9, Q6_K: 4e9 } };
  expect(predictSpeed(larger, speed)).toBeLessThan(tokensPerSecond);
  expect(await readdir(stubs)).toEqual([]);
  await rm(folder, { recursive: true, force: true });
}, 120_000);
