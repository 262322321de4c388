// How a finished file gets its name: nothing that has it is overwritten, whoever is first.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type promises from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { isTaken, numberedName, placeClaiming, placeFile, placeNumbered, replaceFile } from "./placeFile";

/** The code by which a disk without hard links refuses one; null = it has them. */
let noLinks: string | null = null;
vi.mock("node:fs/promises", async (original) => {
  const real = await original<typeof promises>();
  return {
    ...real,
    link: (from: string, to: string) =>
      noLinks === null ? real.link(from, to) : Promise.reject(Object.assign(new Error(noLinks), { code: noLinks })),
  };
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "facet-place-"));
});
afterEach(() => {
  noLinks = null;
  rmSync(folder, { recursive: true });
});

function put(name: string, content = name): string {
  const file = path.join(folder, name);
  writeFileSync(file, content);
  return file;
}
const contentOf = (name: string) => readFileSync(path.join(folder, name), "utf8");

// The second one is for disks without hard links.
it.each([
  ["by a link", placeFile],
  ["by a claim", placeClaiming],
])("%s: gives the name and takes the part's away, or leaves both as they are", async (_how, place) => {
  await place(put("a.part"), path.join(folder, "a.gguf"));
  expect(readdirSync(folder)).toEqual(["a.gguf"]);
  expect(contentOf("a.gguf")).toBe("a.part");

  await expect(place(put("b.part"), path.join(folder, "a.gguf"))).rejects.toSatisfy(isTaken);
  expect(contentOf("a.gguf")).toBe("a.part");
  expect(contentOf("b.part")).toBe("b.part");

  await expect(place(path.join(folder, "gone.part"), path.join(folder, "c.gguf"))).rejects.toThrow("ENOENT");
  expect(readdirSync(folder)).toEqual(["a.gguf", "b.part"]);
});

// Of exFAT on Linux, on macOS and on Windows.
it.each(["EPERM", "ENOTSUP", "EISDIR"])(
  "on a disk that refuses hard links with %s overwrites nothing either",
  async (code) => {
    noLinks = code;
    await placeFile(put("a.part"), path.join(folder, "a.gguf"));
    await expect(placeFile(put("b.part"), path.join(folder, "a.gguf"))).rejects.toSatisfy(isTaken);
    expect(readdirSync(folder)).toEqual(["a.gguf", "b.part"]);
    expect(contentOf("a.gguf")).toBe("a.part");
  },
);

it.each([
  ["by links", placeFile],
  ["by claims", placeClaiming],
])("%s: of many that want one name at once, one gets it", async (_how, place) => {
  const parts = Array.from({ length: 20 }, (_, index) => put(`${index}.part`));
  const placed = await Promise.allSettled(parts.map((part) => place(part, path.join(folder, "a.gguf"))));
  const winner = placed.findIndex(({ status }) => status === "fulfilled");
  expect(placed.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  expect(contentOf("a.gguf")).toBe(`${winner}.part`);
  expect(readdirSync(folder)).toHaveLength(20);
});

it("numbers all that want one name at once, and loses none", async () => {
  const parts = Array.from({ length: 9 }, (_, index) => put(`${index}.part`));
  const files = await Promise.all(parts.map((part) => placeNumbered(part, path.join(folder, "ggml-model.gguf"))));
  expect(readdirSync(folder).sort()).toEqual(
    ["ggml-model.gguf", ...Array.from({ length: 8 }, (_, index) => `ggml-model-${index + 2}.gguf`)].sort(),
  );
  expect(files.map((file) => readFileSync(file, "utf8"))).toEqual(parts.map((part) => path.basename(part)));
});

it("numbers before what tells the kind and the part", () => {
  expect(numberedName("a.gguf", 1)).toBe("a.gguf");
  expect(numberedName("a.gguf", 2)).toBe("a-2.gguf");
  expect(numberedName("a-00001-of-00002.gguf", 3)).toBe("a-3-00001-of-00002.gguf");
  expect(numberedName("a", 2)).toBe("a-2");
});

it("replaces only when that is asked for", async () => {
  put("a.gguf", "old");
  await replaceFile(put("a.part", "new"), path.join(folder, "a.gguf"));
  expect(readdirSync(folder)).toEqual(["a.gguf"]);
  expect(contentOf("a.gguf")).toBe("new");
});
