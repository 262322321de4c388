// Values in JSON files: whatever lies there, the app starts, and nothing is overwritten unread.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { openJsonFile } from "./JsonFile";
import { openSettingsFile } from "./settingsFile";
import { writeFileAtomically } from "./writeFileAtomically";

let folder: string;
const file = () => path.join(folder, "value.json");
const Schema = z.object({ count: z.number() });
const open = () => openJsonFile(file(), Schema, { count: 0 }, () => 0);
const read = () => readFileSync(file(), "utf8");

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "facet-json-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

it("begins with the initial value and keeps what is saved", async () => {
  const opened = await open();
  expect(opened).toMatchObject({ movedAsideTo: null, file: { value: { count: 0 } } });
  expect(existsSync(file())).toBe(false);
  expect(await opened.file.save({ count: 7 })).toEqual({ ok: true, value: { count: 7 } });
  expect((await open()).file.value).toEqual({ count: 7 });
});

it("saves in order, the last one last", async () => {
  const opened = await open();
  await Promise.all(Array.from({ length: 50 }, (_none, count) => opened.file.save({ count })));
  expect(JSON.parse(read())).toEqual({ count: 49 });
  expect(readdirSync(folder)).toEqual(["value.json"]);
});

it.each([
  ["cut", '{"count": 1'],
  ["empty", ""],
  ["NULs", "\0".repeat(100)],
  ["another shape", '{"count":"x"}'],
  ["not an object", "7"],
  ["binary", "\uFFFD\u0001"],
  ["too large", `{"count":1,"x":"${"x".repeat(5_000_000)}"}`],
])("moves a file aside that is %s", async (_how, content) => {
  writeFileSync(file(), content);
  const opened = await open();
  expect(opened.file.value).toEqual({ count: 0 });
  expect(readFileSync(opened.movedAsideTo!, "utf8")).toBe(content);
});

it("keeps the value in memory when it cannot be saved, and says so", async () => {
  const opened = await open();
  rmSync(folder, { recursive: true });
  expect(await opened.file.save({ count: 1 })).toMatchObject({ ok: false, failure: { code: "save-failed" } });
  expect(opened.file.value).toEqual({ count: 1 });
  mkdirSync(folder);
  expect((await opened.file.save({ count: 2 })).ok).toBe(true);
});

it("keeps each setting that is right and ignores those of a newer Facet", async () => {
  writeFileSync(file(), JSON.stringify({ theme: "pink", sidebarOpen: false, future: 1 }));
  expect((await openSettingsFile(file(), () => 0)).file.value).toEqual({
    theme: "system",
    sidebarOpen: false,
    modelId: null,
  });
});

describe("a writer that is killed", () => {
  it("leaves the old or the new content, whole", async () => {
    const source = path.join(import.meta.dirname, "writeFileAtomically.ts");
    const script = `
      import { writeFileAtomically } from ${JSON.stringify(source)};
      for (let turn = 0; ; turn++) await writeFileAtomically(${JSON.stringify(file())}, String(turn % 10).repeat(300000));`;
    await writeFileAtomically(file(), "9".repeat(300_000));
    for (let kill = 0; kill < 5; kill++) {
      const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script], {
        stdio: "ignore",
      });
      const before = read();
      while (read() === before) await new Promise((resolve) => setTimeout(resolve, 5));
      await new Promise((resolve) => setTimeout(resolve, kill * 3));
      child.kill("SIGKILL");
      await new Promise((resolve) => child.once("exit", resolve));
      expect(read()).toMatch(/^(\d)\1{299999}$/u);
    }
  }, 60_000);

  it("throws what the file system says, and leaves no half file", async () => {
    await expect(writeFileAtomically(path.join(folder, "gone", "x"), "x")).rejects.toThrow("ENOENT");
    mkdirSync(file());
    await expect(writeFileAtomically(file(), "x")).rejects.toThrow();
    expect(readdirSync(folder)).toEqual(["value.json"]);
  });
});
