import { mkdtemp, rm, utimes } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { mayTry } from "./dailyTry";

const HOUR_MS = 60 * 60 * 1000;
const NOW_MS = Date.UTC(2026, 10, 29);

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "facet-daily-"));
});
afterEach(() => rm(folder, { recursive: true }));

it("allows one try in 24 hours", async () => {
  const file = path.join(folder, "electron.tried");
  const after = (hours: number) => mayTry(file, NOW_MS + hours * HOUR_MS);
  expect(await after(0)).toBe(true);
  expect(await after(0)).toBe(false);
  expect(await after(23)).toBe(false);
  expect(await after(25)).toBe(true);
  expect(await after(26)).toBe(false);
});

it("goes on after a clock that was ahead", async () => {
  const file = path.join(folder, "electron.tried");
  expect(await mayTry(file, NOW_MS)).toBe(true);
  await utimes(file, new Date("2030-01-01"), new Date("2030-01-01"));
  expect(await mayTry(file, NOW_MS + HOUR_MS)).toBe(true);
  expect(await mayTry(file, NOW_MS + 2 * HOUR_MS)).toBe(false);
});

it("allows none where it cannot be remembered", async () => {
  expect(await mayTry(path.join(folder, "gone", "electron.tried"), NOW_MS)).toBe(false);
});
