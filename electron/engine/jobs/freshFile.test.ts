// Files that jobs write: a name that something got meanwhile is not taken from it.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { placeNumbered } from "../../files/placeFile";
import { writeFreshFile } from "./freshFile";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "facet-fresh-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const target = () => path.join(folder, "model-Q4_0.gguf");
/** While the job writes, somebody else puts a file where it is to be. */
async function write(unfinished: string): Promise<void> {
  writeFileSync(unfinished, "made");
  writeFileSync(target(), "of somebody else");
}

it("fails, and leaves nothing of its own", async () => {
  await expect(writeFreshFile(target(), write)).rejects.toMatchObject({
    code: "target-exists",
    details: { file: "model-Q4_0.gguf" },
  });
  expect(readdirSync(folder)).toEqual(["model-Q4_0.gguf"]);
  expect(readFileSync(target(), "utf8")).toBe("of somebody else");
});

it("is kept under a number where that is asked for", async () => {
  await writeFreshFile(target(), write, placeNumbered);
  expect(readFileSync(target(), "utf8")).toBe("of somebody else");
  expect(readFileSync(path.join(folder, "model-Q4_0-2.gguf"), "utf8")).toBe("made");
});
