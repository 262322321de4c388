import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { removeLeftovers } from "./removeLeftovers";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "facet-leftovers-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it("removes unfinished files and nothing else", async () => {
  for (const name of ["a.gguf", "a.gguf.facet-part", "facet-part", "b.facet-part.gguf", "mine.facet-part"])
    await writeFile(path.join(folder, name), "");
  await mkdir(path.join(folder, "folder.facet-part"));
  expect(await removeLeftovers(folder)).toEqual(["a.gguf.facet-part"]);
  expect((await readdir(folder)).sort()).toEqual([
    "a.gguf",
    "b.facet-part.gguf",
    "facet-part",
    "folder.facet-part",
    "mine.facet-part",
  ]);
});

it("finds nothing where there is no folder", async () => {
  expect(await removeLeftovers(path.join(folder, "none"))).toEqual([]);
});
