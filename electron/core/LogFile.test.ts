// Logs: one line per event, rotated, without the user's name, and never a reason to fail.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openLogFile } from "./LogFile";

let folder: string;
const file = () => path.join(folder, "main.log");
const open = (options: { maxBytes?: number; keptFiles?: number } = {}) =>
  openLogFile({ file: file(), home: "/home/ada", now: () => 0, ...options });
const lines = () =>
  readFileSync(file(), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "facet-log-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it("writes an object per line, also where a text has lines of its own", () => {
  open()("warn", "model not loaded", { code: "model-damaged", text: 'two\nlines "quoted"', count: 3 });
  expect(lines()).toEqual([
    {
      at: "1970-01-01T00:00:00.000Z",
      level: "warn",
      event: "model not loaded",
      code: "model-damaged",
      text: 'two\nlines "quoted"',
      count: 3,
    },
  ]);
});

it("shortens the home folder and long texts", () => {
  open()("error", "failed at /home/ada/x", { error: `ENOENT /home/ada/models/a.gguf ${"x".repeat(10_000)}` });
  const text = readFileSync(file(), "utf8");
  expect(text).not.toContain("ada");
  expect(text).toContain("~/models/a.gguf");
  expect(text.length).toBeLessThan(2_300);
});

it("keeps five files of a megabyte, or as many as it is told to", () => {
  const log = open({ maxBytes: 1_000, keptFiles: 3 });
  for (let event = 0; event < 200; event++) log("info", `event ${event}`);
  expect(readdirSync(folder).sort()).toEqual(["main.1.log", "main.2.log", "main.log"]);
  for (const name of readdirSync(folder)) expect(statSync(path.join(folder, name)).size).toBeLessThanOrEqual(1_000);
  expect(readFileSync(file(), "utf8")).toContain("event 199");
});

it("goes on in the file of last time", () => {
  open()("info", "one");
  open()("info", "two");
  expect(lines()).toHaveLength(2);
});

it("does not fail when it cannot write", () => {
  const log = open();
  rmSync(folder, { recursive: true });
  expect(() => log("info", "lost")).not.toThrow();
  expect(() => openLogFile({ file: "/dev/null/logs/main.log", home: "/", now: () => 0 })("info", "lost")).not.toThrow();
});
