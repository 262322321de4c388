// Files that jobs write: whole under an unfinished name, or not there.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { UNFINISHED_SUFFIX } from "../../contract/jobs";
import { writeKeptFile, writeUnfinished } from "./freshFile";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "facet-fresh-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const target = () => path.join(folder, "model-Q4_0.gguf");
async function write(unfinished: string): Promise<string> {
  writeFileSync(unfinished, "made");
  return "value";
}

it("does not touch what has the name", async () => {
  writeFileSync(target(), "of somebody else");
  await expect(writeUnfinished(target(), write)).resolves.toBe("value");
  expect(readFileSync(target(), "utf8")).toBe("of somebody else");
  expect(readFileSync(`${target()}${UNFINISHED_SUFFIX}`, "utf8")).toBe("made");
});

it("leaves nothing of what failed", async () => {
  const failing = async (unfinished: string) => {
    await write(unfinished);
    throw new Error("the disk is gone");
  };
  await expect(writeUnfinished(target(), failing)).rejects.toThrow("the disk is gone");
  await expect(writeKeptFile(target(), failing)).rejects.toThrow("the disk is gone");
  expect(readdirSync(folder)).toEqual([]);
});

it("replaces a file that Facet keeps for itself", async () => {
  writeFileSync(target(), "older");
  await writeKeptFile(target(), write);
  expect(readFileSync(target(), "utf8")).toBe("made");
  expect(readdirSync(folder)).toEqual(["model-Q4_0.gguf"]);
});
