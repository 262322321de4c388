// Which models are one file: by place, by known hash, by what was read; and what deleting gives back.
import { copyFileSync, linkSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openJsonFile } from "../JsonFile";
import { modelIdOf, type ModelFile } from "../ModelLibrary";
import { FileHashes, findSameFiles, readUnread } from "./sameFiles";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "facet-same-"));
  mkdirSync(path.join(folder, "blobs"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function put(name: string, content: string): string {
  writeFileSync(path.join(folder, name), content);
  return path.join(folder, name);
}
function model(file: string, inModelsFolder = true): ModelFile {
  const fileName = path.basename(file);
  return {
    path: file,
    paths: [file],
    realPath: file,
    app: null,
    lastUsedAtMs: null,
    inModelsFolder,
    content: "",
    fileProblem: null,
    model: {
      id: modelIdOf(file),
      name: fileName,
      fileName,
      sizeBytes: statSync(file).size,
      fileCount: 1,
      origin: "file",
      failure: null,
    },
  };
}

it("reads files of the same size only, once, and tells equal from different", async () => {
  const models = [put("a", "same"), put("b", "same"), put("c", "diff"), put("d", "longer")].map((file) => model(file));
  const { file: hashes } = await openJsonFile(path.join(folder, "hashes.json"), FileHashes, () => 0);
  const first = await findSameFiles(models, hashes.value);
  expect(first.same).toEqual([]);
  expect(first.unread.map(({ model: { name } }) => name)).toEqual(["a", "b"]);
  let read = 0;
  await readUnread(first.unread, hashes, {
    signal: new AbortController().signal,
    addTotal: () => {},
    addDone: (bytes) => (read += bytes),
  });
  expect(read).toBe(8);
  const after = await findSameFiles(models, hashes.value);
  expect(after.unread).toEqual([]);
  expect(after.same.map(({ sameAs, freeableBytes }) => [sameAs, freeableBytes])).toEqual([
    [["b"], 4],
    [["a"], 4],
  ]);
  writeFileSync(path.join(folder, "b"), "new!");
  expect((await findSameFiles(models, hashes.value)).same).toEqual([]);
});

it("reads nothing where names say the hash, or where both are one file", async () => {
  const hash = "a".repeat(64);
  const ollama = put(path.join("blobs", `sha256-${hash}`), "1234");
  const cached = path.join(folder, "blobs", hash);
  copyFileSync(ollama, cached);
  const known = await findSameFiles([model(ollama, false), model(cached)], {});
  expect(known).toMatchObject({ unread: [], same: [{ freeableBytes: 0 }, { freeableBytes: 4 }] });
  const one = put("one", "12345");
  linkSync(one, path.join(folder, "two"));
  const linked = await findSameFiles([model(one), model(path.join(folder, "two"))], {});
  expect(linked).toMatchObject({
    unread: [],
    same: [
      { sameAs: ["two"], freeableBytes: 0 },
      { sameAs: ["one"], freeableBytes: 0 },
    ],
  });
});
