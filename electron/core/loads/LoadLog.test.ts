// Loads are written down with what was predicted and measured; settings are kept per model, and forgotten with it.
import { mkdtempSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { FitParts } from "../../contract/fit";
import { ModelId } from "../../contract/ids";
import { automaticLoadSettings, isComplete, predictionError, type LoadRecord } from "../../contract/loadSettings";
import { loadChoice } from "../../testing/loadChoice";
import { openJsonFile } from "../JsonFile";
import { engineMemoryBytes } from "./engineMemory";
import { LoadLog, StoredLoadLog } from "./LoadLog";
import { LoadSettingsStore, StoredLoadSettings } from "./LoadSettingsStore";

const MB = 1_000_000;
const model = ModelId.parse("a".repeat(32));
const parts: FitParts = {
  weightsBytes: 100 * MB,
  weightCopiesBytes: 0,
  vocabularyBytes: 20 * MB,
  kvCacheBytes: 40 * MB,
  checkpointsBytes: 0,
  computeBuffersBytes: 10 * MB,
  deltasBytes: 0,
  engineProcessBytes: 999 * MB,
};
const load = {
  modelId: model,
  modelName: "Model",
  choice: loadChoice({ contextSizeTokens: 1000 }),
  predicted: parts,
  onGpuBytes: 0,
};

let folder: string;
const openLog = async () =>
  new LoadLog((await openJsonFile(path.join(folder, "loads.json"), StoredLoadLog, () => 0)).file, () => 7);
const openSettings = async () =>
  new LoadSettingsStore(
    (await openJsonFile(path.join(folder, "load-settings.json"), StoredLoadSettings, () => 0)).file,
  );

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "facet-loads-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

it("predicts with the engine as it was before the load, and keeps the highest measurement", async () => {
  const log = await openLog();
  log.loaded(load, 130 * MB);
  log.measured(100 * MB, 280 * MB);
  log.measured(100 * MB, 270 * MB);
  log.deltas(20 * MB);
  log.answered(800);
  const [record] = log.records as [LoadRecord];
  expect(record).toMatchObject({
    atMs: 7,
    measuredPeakBytes: 280 * MB,
    contextUsedTokens: 800,
    predicted: { engineProcessBytes: engineMemoryBytes(130 * MB), deltasBytes: 20 * MB },
  });
  expect(predictionError(record)).toBeCloseTo((190 * MB + engineMemoryBytes(130 * MB)) / (280 * MB) - 1);
  expect(isComplete(record)).toBe(true);
  expect(isComplete({ ...record, contextUsedTokens: 700 })).toBe(false);
  expect(log.engineBytes).toBe(engineMemoryBytes(130 * MB));
  await expect
    .poll(async () => JSON.parse(await readFile(path.join(folder, "loads.json"), "utf8")))
    .toMatchObject({ engineBytes: 130 * MB, records: [{ contextUsedTokens: 800 }] });
});

it("measures nothing for a load that failed or is over", async () => {
  const log = await openLog();
  log.failed(load, "model-load-failed");
  log.measured(100 * MB, 500 * MB);
  log.loaded(load, 130 * MB);
  log.ended();
  log.measured(100 * MB, 500 * MB);
  expect(log.records.map(({ failureCode, measuredPeakBytes }) => [failureCode, measuredPeakBytes])).toEqual([
    [null, null],
    ["model-load-failed", null],
  ]);
});

it("compares with a GPU what the process holds itself, and not the whole file that was mapped on the way", async () => {
  const log = await openLog();
  log.loaded({ ...load, onGpuBytes: 150 * MB }, 130 * MB);
  log.measured(180 * MB, 4000 * MB);
  log.measured(175 * MB, 4000 * MB);
  log.answered(1000);
  const [record] = log.records as [LoadRecord];
  expect(record.measuredPeakBytes).toBe(180 * MB);
  expect(predictionError(record)).toBeCloseTo((170 * MB + engineMemoryBytes(130 * MB) - 150 * MB) / (180 * MB) - 1);
});

it("keeps so many records and no more", async () => {
  const log = await openLog();
  for (let count = 0; count < 310; count++) log.loaded(load, count);
  expect(log.records).toHaveLength(300);
});

it("keeps settings and the last failure per model, and forgets the failure with new settings", async () => {
  const store = await openSettings();
  expect(store.settings(model)).toEqual(automaticLoadSettings);
  expect(store.settings(ModelId.parse("constructor"))).toEqual(automaticLoadSettings);
  await store.saveFailure(model, { atMs: 1, failure: { code: "engine-out-of-memory" }, choice: load.choice });
  expect((await openSettings()).lastFailure(model)).toMatchObject({ failure: { code: "engine-out-of-memory" } });
  await store.saveSettings(model, { ...automaticLoadSettings, threads: 3 });
  const again = await openSettings();
  expect(again.settings(model).threads).toBe(3);
  expect(again.lastFailure(model)).toBeNull();
  await again.drop(model);
  expect((await openSettings()).settings(model)).toEqual(automaticLoadSettings);
});
