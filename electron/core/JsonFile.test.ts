// Values in JSON files: whatever is there, the app starts, and nothing is overwritten unread.
import { defaultAppSettings } from "../contract/settings";
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { openJsonFile } from "./JsonFile";
import { fields, setting } from "./storedShape";
import { StoredSettings } from "./StoredSettings";
import { writeFileAtomically } from "./writeFileAtomically";

let folder: string;
const file = () => path.join(folder, "value.json");
const Counter = fields({ count: setting(z.number(), 0) });
const open = () => openJsonFile(file(), Counter, () => 0);
const read = () => readFileSync(file(), "utf8");

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "facet-json-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

it("begins with the initial value and keeps what is saved", async () => {
  const opened = await open();
  expect(opened).toMatchObject({ movedAsideTo: null, unreadable: 0, file: { value: { count: 0 } } });
  expect(existsSync(file())).toBe(false);
  expect(await opened.file.save({ count: 7 })).toEqual({ ok: true, value: { count: 7 } });
  expect((await open()).file.value).toEqual({ count: 7 });
});

it("saves in order, the last one last", async () => {
  const opened = await open();
  await Promise.all(Array.from({ length: 50 }, (_none, count) => opened.file.save({ count })));
  expect(JSON.parse(read())).toEqual({ version: 1, count: 49 });
  expect(readdirSync(folder)).toEqual(["value.json"]);
});

it.each([
  ["cut", '{"count": 1'],
  ["empty", ""],
  ["NULs", "\0".repeat(100)],
  ["a list", "[]"],
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

it("reads what a newer Facet has written as far as it can, and keeps its version", async () => {
  writeFileSync(file(), JSON.stringify({ version: 7, count: 3, future: 1 }));
  const opened = await open();
  expect(opened).toMatchObject({ unreadable: 0, file: { value: { count: 3 } } });
  await opened.file.save({ count: 4 });
  expect(JSON.parse(read())).toEqual({ version: 7, count: 4, future: 1 });
});

it.each([undefined, 0, "2", null])("is of the first version where it says %j", async (version) => {
  writeFileSync(file(), JSON.stringify({ version, count: 3 }));
  await (await open()).file.save({ count: 4 });
  expect(JSON.parse(read())).toEqual({ version: 1, count: 4 });
});

it("moves aside what is nested so deeply that it could not be written back", async () => {
  const nested = (depth: number) => `{"count":3,"future":${"[".repeat(depth)}"]["${"]".repeat(depth)}}`;
  writeFileSync(file(), nested(60));
  const sound = await open();
  expect(sound).toMatchObject({ movedAsideTo: null, file: { value: { count: 3 } } });
  await sound.file.save({ count: 4 });
  expect((await open()).file.value).toEqual({ count: 4 });
  writeFileSync(file(), nested(50_000));
  const { movedAsideTo, file: begun } = await open();
  expect(readFileSync(movedAsideTo!, "utf8")).toBe(nested(50_000));
  expect(await begun.save({ count: 5 })).toMatchObject({ ok: true });
});

it("reads a file that begins with a byte order mark", async () => {
  writeFileSync(file(), '\uFEFF{"count":3}');
  expect((await open()).file.value).toEqual({ count: 3 });
});

it("keeps each setting that is right; a wrong one stays in the file until another is set", async () => {
  const openSettings = () => openJsonFile(file(), StoredSettings, () => 0);
  writeFileSync(file(), JSON.stringify({ theme: "pink", sidebarOpen: false, future: 1 }));
  const opened = await openSettings();
  expect(opened).toMatchObject({
    unreadable: 1,
    movedAsideTo: null,
    file: { value: { theme: "system", sidebarOpen: false, modelId: null } },
  });
  await opened.file.save({ ...opened.file.value, sidebarOpen: true });
  const { theme: _theme, ...usual } = defaultAppSettings;
  expect(JSON.parse(read())).toEqual({
    version: 1,
    ...usual,
    theme: "pink",
    sidebarOpen: true,
    future: 1,
  });
  await opened.file.save({ ...opened.file.value, theme: "dark" });
  await opened.file.save({ ...opened.file.value, theme: "system" });
  expect(JSON.parse(read())).toMatchObject({ theme: "system" });
  expect((await openSettings()).unreadable).toBe(0);
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
