// The data folder, sound and hostile.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { makeDataFolder, openAppData } from "./openAppData";

let parent: string;
const folder = () => path.join(parent, "facet");
const open = () =>
  openAppData(
    folder(),
    () => {},
    () => 0,
  );

beforeEach(() => {
  parent = mkdtempSync(path.join(tmpdir(), "facet-data-"));
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

it("is made on the first start", async () => {
  expect(makeDataFolder(folder())).toEqual({ ok: true, value: undefined });
  const opened = await open();
  expect(opened).toMatchObject({ ok: true, value: { notices: [] } });
  if (opened.ok) opened.value.chats.close();
  expect(readdirSync(folder())).toEqual(expect.arrayContaining(["chats.db", "logs", "models", "window"]));
});

it("says where a damaged database went", async () => {
  makeDataFolder(folder());
  writeFileSync(path.join(folder(), "chats.db"), "garbage ".repeat(2_000));
  const opened = await open();
  expect(opened).toMatchObject({
    ok: true,
    value: {
      notices: [
        {
          code: "database-damaged",
          details: { movedTo: path.join(folder(), "chats-damaged-1970-01-01T00-00-00-000Z.db") },
        },
      ],
    },
  });
  if (opened.ok) opened.value.chats.close();
});

it("starts with damaged settings and keeps the file", async () => {
  makeDataFolder(folder());
  writeFileSync(path.join(folder(), "settings.json"), "{");
  const opened = await open();
  expect(opened).toMatchObject({
    ok: true,
    value: { settings: { value: { theme: "system" } }, notices: [{ code: "settings-damaged" }] },
  });
  if (opened.ok) opened.value.chats.close();
  expect(readFileSync(path.join(folder(), "settings-damaged-1970-01-01T00-00-00-000Z.json"), "utf8")).toBe("{");
});

it("is refused in words when a file is in its place", () => {
  writeFileSync(folder(), "a file");
  expect(makeDataFolder(folder())).toMatchObject({
    ok: false,
    failure: { code: "data-folder-unusable", details: { folder: folder(), reason: "A part of its path is a file." } },
  });
});

it("is refused in words when the database's place is taken", async () => {
  makeDataFolder(folder());
  mkdirSync(path.join(folder(), "chats.db"));
  expect(await open()).toMatchObject({ ok: false, failure: { code: "data-folder-unusable" } });
});

const canMount = process.platform === "linux" && process.getuid?.() === 0;

it.skipIf(!canMount)("is refused in words on a full disk and on a read-only one", async () => {
  mkdirSync(folder());
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", folder()]);
  try {
    makeDataFolder(folder());
    expect(() => writeFileSync(path.join(folder(), "filler"), Buffer.alloc(100_000))).toThrow("ENOSPC");
    expect(await open()).toMatchObject({ ok: false, failure: { code: "disk-full" } });
    execFileSync("mount", ["-o", "remount,ro", folder()]);
    expect(await open()).toMatchObject({ ok: false, failure: { code: "data-folder-unusable" } });
  } finally {
    execFileSync("umount", ["--lazy", folder()]);
  }
});
