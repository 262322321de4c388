// facet doctor: what it tells, and what it does not tell.
import { randomUUID } from "node:crypto";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { Diagnosis } from "../../electron/contract/diagnosis";
import { writeTinyModel } from "../../electron/testing/tinyGguf";
import { expect, test } from "./facetCommand";

test("versions, what computes, memory and disk, without any name of the user's", async ({ facet }) => {
  await writeTinyModel(path.join(facet.modelsFolder, "Secret-Project.gguf"));
  const text = await facet.run(["doctor"]);
  expect(text).toMatchObject({ code: 0, stderr: "" });
  expect(text.stdout).toMatch(/^Facet +\d+\.\d+\.\d+ · Node \d+/mu);
  expect(text.stdout).toMatch(/^llama\.cpp +\S+ \(node-llama-cpp \d+\.\d+\.\d+\) on CPU/mu);
  expect(text.stdout).toMatch(/^1-bit kernels +(Facet’s for .+; self-test passed|llama\.cpp’s own: .+)$/mu);
  expect(text.stdout).toMatch(/^Memory +[\d.]+ GB, [\d.]+ [MG]B of it free$/mu);
  expect(text.stdout).toMatch(/^Disk +[\d.]+ [MG]B free$/mu);
  expect(text.stdout).toMatch(/^Installed +1 model, 0 fine-tunes$/mu);
  expect(text.stdout).not.toContain("Secret");
  expect(text.stdout).not.toContain(os.homedir());

  const { value } = await facet.json<Diagnosis>(["doctor"]);
  expect(value.engine?.cpuFeatures.length).toBeGreaterThan(0);
  expect(value).toMatchObject({ engineFailure: null, electronVersion: null, modelCount: 1, notices: [] });
  expect(value.dataFolder).toBe("…/data");
  expect(value.leftovers).toEqual({ count: 0, sizeBytes: 0 });

  await writeFile(path.join(facet.dataFolder, `loads.json.${randomUUID()}.tmp`), "12345");
  const withLeftover = await facet.run(["doctor"]);
  expect(withLeftover.stdout).toMatch(/^Leftovers +1 unfinished file, 5 B: see Settings, Your data$/mu);
});

test("a home folder is shortened, and a folder that cannot be used is said", async ({ facet }) => {
  const home = path.join(facet.workFolder, "ada");
  await mkdir(path.join(home, "facet"), { recursive: true });
  const env = { HOME: home, USERPROFILE: home, FACET_DATA_DIR: path.join(home, "facet") };
  const shortened = await facet.run(["doctor"], { env });
  expect(shortened.stdout).toMatch(/^Data folder +~.facet$/mu);
  expect(shortened.stdout).not.toContain("ada");

  const file = path.join(facet.workFolder, "file");
  await writeFile(file, "");
  await chmod(file, 0o600);
  const unusable = await facet.run(["doctor"], { env: { FACET_DATA_DIR: path.join(file, "data") } });
  expect(unusable.code).toBe(1);
  expect(unusable.stderr).toContain("data folder");
});
