// Texts that a model is calibrated or measured with.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { readTexts } from "./readTexts";

let folder: string;
const inside = (name: string) => path.join(folder, name);
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "facet-texts-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

it("joins texts in order", async () => {
  writeFileSync(inside("a"), "één");
  writeFileSync(inside("b"), "two");
  expect(await readTexts([inside("b"), inside("a")])).toBe("two\n\néén");
});

it("refuses what is no text", async () => {
  writeFileSync(inside("bytes"), Buffer.from([0xff, 0xfe]));
  for (const name of ["bytes", "gone"])
    await expect(readTexts([inside(name)])).rejects.toMatchObject({ code: "text-unreadable", details: { file: name } });
});

it.skipIf(process.platform === "win32")("does not wait for a pipe", async () => {
  execFileSync("mkfifo", [inside("pipe")]);
  await expect(readTexts([inside("pipe")])).rejects.toMatchObject({ code: "text-unreadable" });
});
