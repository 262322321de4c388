// What was measured is found again from any member of the family, and only for the file that was measured.
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Sha256 } from "../../contract/hub";
import { ModelId } from "../../contract/ids";
import { openJsonFile } from "../JsonFile";
import { QualityStore, SavedQuality, type MeasuredRow } from "./QualityStore";

const sourceA = Sha256.parse("a".repeat(64));
const sourceB = Sha256.parse("b".repeat(64));
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "facet-quality-store-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function open(): Promise<QualityStore> {
  return new QualityStore((await openJsonFile(path.join(folder, "quality.json"), SavedQuality, Date.now)).file);
}

function row(key: string, klMean: number, fileBytes: number): MeasuredRow {
  return {
    modelId: ModelId.parse(key),
    key,
    name: key,
    type: key,
    steps: [],
    isSource: klMean === 0,
    positions: 100,
    measuredAtMs: 1,
    quality: {
      fileName: `${key}.gguf`,
      fileBytes,
      bitsPerWeight: 4,
      perplexity: 9,
      perplexityError: 0,
      klMean,
      klMeanError: 0,
      klMedian: 0,
      klPercentile99: 0,
      klMaximum: 0,
      sameTopToken: 1,
      speed: null,
    },
  };
}

const keys = (rows: readonly MeasuredRow[]) => rows.map(({ key }) => key);

describe("QualityStore", () => {
  it("gathers one family over several jobs, the source first, then by size, and keeps it on disk", async () => {
    const store = await open();
    await store.add(sourceA, [row("f16", 0, 900), row("q8", 0.01, 500)]);
    await store.add(sourceA, [row("f16", 0, 900), row("q4", 0.1, 300)]);
    await store.add(sourceB, [row("other", 0, 100)]);
    for (const each of [store, await open()]) {
      expect(keys(each.family("q8", null))).toEqual(["f16", "q4", "q8"]);
      expect(keys(each.family("f16", null))).toEqual(["f16", "q4", "q8"]);
      expect(keys(each.family("made-of-it-but-not-measured", sourceA))).toEqual(["f16", "q4", "q8"]);
      expect(each.family("unknown", null)).toEqual([]);
      expect(each.sha256Of("f16")).toBe(sourceA);
      expect(each.sha256Of("q4")).toBeNull();
    }
  });

  it("replaces what was measured of the same file, and only that", async () => {
    const store = await open();
    await store.add(sourceA, [row("f16", 0, 900), row("q4", 0.1, 300)]);
    await store.add(sourceA, [row("f16", 0, 900), row("q4", 0.2, 300)]);
    expect(store.family("q4", null).map(({ quality }) => quality.klMean)).toEqual([0, 0.2]);
  });

  it("stays within bounds", async () => {
    const store = await open();
    for (let index = 0; index < 70; index++) {
      const sha256 = Sha256.parse(index.toString(16).padStart(64, "0"));
      await store.add(
        sha256,
        Array.from({ length: 50 }, (_, each) => row(`k${index}-${each}`, each, each)),
      );
    }
    expect(store.family("k0-49", null)).toEqual([]);
    expect(store.family("k69-49", null)).toHaveLength(40);
    expect((await open()).family("k69-49", null)).toHaveLength(40);
  });
});
