// A sample of the wrong models in a real engine process; all of them: e2e/wrongModels.spec.ts.
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ForkedEngine } from "./ForkedEngine";
import { isAsExpected, tryModel } from "./tryModel";
import { wrongModels } from "./wrongModels";

/** Every so many: 50 of them. */
const STEP = 15;
const all = wrongModels();

let folder: string;
let engine: ForkedEngine;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "facet-wrong-"));
  engine = new ForkedEngine();
});
afterAll(async () => {
  await engine.stop();
  await rm(folder, { recursive: true, force: true });
});

it("are more than 200, each by its own name", () => {
  expect(all.length).toBeGreaterThan(200);
  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
});

it.each(all.filter((_, index) => index % STEP === 0))("$name", async (model) => {
  const came = await tryModel(engine, model, folder);
  expect({ ...came, isAsExpected: isAsExpected(model, came) }).toMatchObject({ isAsExpected: true });
});
