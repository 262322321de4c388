import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { beforeEach, expect, it } from "vitest";
import type { GpuChoice, GpuDevice } from "../../contract/gpu";
import { openJsonFile, type JsonFile } from "../JsonFile";
import { GpuStarts, StoredGpu } from "./GpuStarts";

const CARD: GpuDevice = { backend: "cuda", index: 0, name: "Card", kind: "discrete", totalBytes: 8e9, freeBytes: 7e9 };
const SECOND: GpuDevice = { ...CARD, index: 1, name: "Second" };
const AUTOMATIC = { backend: "automatic", index: null };
const PROCESSOR = { backend: "processor", index: null };

let file: JsonFile<StoredGpu>;
let choice: GpuChoice;
let conditions: string;
let told: string[];
let unused: number;

function opened(): GpuStarts {
  return new GpuStarts({
    file,
    choice: () => choice,
    conditions: () => conditions,
    onUnused: () => unused++,
    onChanged: () => {},
    onNotice: ({ code }) => told.push(code),
  });
}

beforeEach(async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "facet-gpu-"));
  file = (await openJsonFile(path.join(folder, "gpu.json"), StoredGpu, () => 0)).file;
  choice = { kind: "automatic" };
  conditions = "driver 1";
  told = [];
  unused = 0;
});

it("starts what is chosen", () => {
  const starts = opened();
  expect(starts.next()).toEqual(AUTOMATIC);
  choice = { kind: "gpu", backend: "cuda", index: 1, name: "Second" };
  expect(starts.next()).toEqual({ backend: "cuda", index: 1 });
  choice = { kind: "processor" };
  expect(starts.next()).toEqual(PROCESSOR);
});

it("leaves a GPU alone that failed, over restarts, until cards, drivers or Facet change", () => {
  const starts = opened();
  starts.failed(starts.next(), "code 134");
  expect(told).toEqual(["gpu-start-failed"]);
  expect(opened().next()).toEqual(PROCESSOR);
  expect(opened().state.unused).toEqual({ why: "failed", cause: "code 134" });
  conditions = "driver 2";
  expect(opened().next()).toEqual(AUTOMATIC);
  expect(opened().state.unused).toBeNull();
});

it("tries it when the user asks, and another one that is chosen", () => {
  const starts = opened();
  starts.failed(starts.next(), "code 134");
  choice = { kind: "gpu", backend: "cuda", index: 1, name: "Second" };
  expect(starts.next()).toEqual({ backend: "cuda", index: 1 });
  choice = { kind: "automatic" };
  expect(starts.next()).toEqual(PROCESSOR);
  starts.tryAgain();
  expect(starts.next()).toEqual(AUTOMATIC);
});

it("tells once what the engine and the fit process both find out", () => {
  const starts = opened();
  const start = starts.next();
  starts.failed(start, "code 134");
  starts.failed(start, "code 134");
  expect(told).toHaveLength(1);
  expect(unused).toBe(1);
});

it("says nothing where there is no GPU, unless one was chosen", () => {
  const starts = opened();
  starts.missing(starts.next());
  expect(told).toEqual([]);
  expect(starts.next()).toEqual(PROCESSOR);
  choice = { kind: "gpu", backend: "vulkan", index: 0, name: "Card" };
  starts.missing(starts.next());
  expect(told).toEqual(["gpu-missing"]);
});

it("knows the cards of the last start that saw all of them", () => {
  const starts = opened();
  starts.started(starts.next(), [CARD, SECOND]);
  choice = { kind: "gpu", backend: "cuda", index: 1, name: "Second" };
  starts.started(starts.next(), [{ ...SECOND, index: 0 }]);
  expect(starts.state.devices.map(({ name }) => name)).toEqual(["Card", "Second"]);
  expect(told).toEqual([]);
});

it("tells when another card is in the place of the chosen one", () => {
  choice = { kind: "gpu", backend: "cuda", index: 1, name: "Second" };
  const starts = opened();
  starts.started(starts.next(), [CARD]);
  expect(told).toEqual(["gpu-is-another"]);
});

it("has nothing to prove where the processor computes", () => {
  const starts = opened();
  starts.started(starts.next(), []);
  expect(starts.isProven).toBe(true);
});

it("is proven by an answer, until something changes", () => {
  const starts = opened();
  expect(starts.isProven).toBe(false);
  starts.answered();
  expect(opened().isProven).toBe(true);
  conditions = "driver 2";
  expect(opened().isProven).toBe(false);
});
