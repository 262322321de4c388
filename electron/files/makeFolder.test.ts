import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { makeFolder } from "./makeFolder";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "facet-make-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

test("a folder is made with those that lead to it, and stays as it is the second time", () => {
  const deep = path.join(folder, "a/b/c");
  for (const _time of [1, 2]) makeFolder(deep, 0o700);
  expect(statSync(deep).isDirectory()).toBe(true);
});

test.skipIf(process.platform === "win32")("those that lead to it are as private as it is", () => {
  makeFolder(path.join(folder, "a/b"), 0o700);
  expect(statSync(path.join(folder, "a")).mode & 0o777).toBe(0o700);
});

test("a file on the way is refused", () => {
  writeFileSync(path.join(folder, "file"), "");
  expect(() => makeFolder(path.join(folder, "file"), 0o700)).toThrow(/EEXIST/u);
  expect(() => makeFolder(path.join(folder, "file/a"), 0o700)).toThrow(/ENOTDIR/u);
});

test.skipIf(process.platform !== "linux")("a place that takes no folders is refused at once", () => {
  expect(() => makeFolder("/proc/facet/models", 0o700)).toThrow(/ENOENT/u);
});
