// The models on this computer: found, added in place, forgotten, missing.
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { Failure, Outcome } from "../contract/failure";
import { detailsOf } from "../contract/failureDetails";
import { ModelId } from "../contract/ids";
import { openJsonFile } from "./JsonFile";
import { ModelLibrary, ModelList } from "./ModelLibrary";

let folder: string;
let library: ModelLibrary;
let engineFailures: Map<ModelId, Failure>;
/** How often a model was described, and the list written. */
let described: number;
let saved: number;
const inside = (...names: string[]) => path.join(folder, ...names);

function value<Value>(outcome: Outcome<Value>): Value {
  if (!outcome.ok) throw new Error(outcome.failure.code);
  return outcome.value;
}

async function open(): Promise<void> {
  const { file } = await openJsonFile(inside("models.json"), ModelList, () => 0);
  library = new ModelLibrary({
    modelsFolder: inside("models"),
    starterFileName: "starter.gguf",
    list: file,
    failureOf: ({ id }) => {
      described += 1;
      return engineFailures.get(id) ?? null;
    },
  });
  const save = file.save.bind(file);
  file.save = (value) => {
    saved += 1;
    return save(value);
  };
}

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "facet-models-"));
  mkdirSync(inside("models"));
  mkdirSync(inside("elsewhere"));
  writeFileSync(inside("elsewhere", "mine.gguf"), "GGUF");
  engineFailures = new Map();
  described = 0;
  saved = 0;
  await open();
});
afterEach(() => rmSync(folder, { recursive: true }));

it("lists the models folder, the starter first, and nothing that is no model", async () => {
  for (const name of ["b.gguf", "a.GGUF", "starter.gguf", "starter.gguf.verified.json", ".hidden.gguf", "notes.txt"])
    writeFileSync(inside("models", name), name);
  mkdirSync(inside("models", "folder"));
  expect((await library.list()).map(({ name, origin, sizeBytes }) => [name, origin, sizeBytes])).toEqual([
    ["starter", "starter", 12],
    ["a", "file", 6],
    ["b", "file", 6],
  ]);
});

it("uses a file where it is, under one id forever, however its path is written", async () => {
  const { model } = value(await library.addFile(inside("elsewhere", "mine.gguf")));
  symlinkSync(inside("elsewhere", "mine.gguf"), inside("elsewhere", "link.gguf"));
  expect(value(await library.addFile(inside("elsewhere", "link.gguf"))).model.id).toBe(model.id);
  expect(value(await library.addFile(inside("models", "..", "elsewhere", "mine.gguf"))).model.id).toBe(model.id);
  await open();
  expect(await library.list()).toEqual([model]);
  expect(ModelId.safeParse(model.id).success).toBe(true);
});

it("uses a thousand files with one write, and looks at each of them once", async () => {
  value(await library.addFile(inside("elsewhere", "mine.gguf")));
  const names = Array.from({ length: 1_000 }, (_, index) => `m${index}.gguf`);
  for (const name of names) writeFileSync(inside("elsewhere", name), name);
  [described, saved] = [0, 0];
  const chosen = ["gone.gguf", "mine.gguf", ...names, "m0.gguf"].map((name) => ({ path: inside("elsewhere", name) }));
  const added = await library.addFiles(chosen);
  expect([described, saved]).toEqual([1_001, 1]);
  expect(added[0]).toMatchObject({ ok: false, failure: { code: "model-missing" } });
  expect(added.slice(1).map((outcome) => value(outcome).model.fileName)).toEqual(["mine.gguf", ...names, "m0.gguf"]);
  await open();
  expect(await library.list()).toHaveLength(1_001);
});

it("forgets a file and leaves it alone, but nothing of its own folder", async () => {
  const { model } = value(await library.addFile(inside("elsewhere", "mine.gguf")));
  value(await library.forget(model.id));
  expect(await library.list()).toEqual([]);
  expect(existsSync(inside("elsewhere", "mine.gguf"))).toBe(true);
  writeFileSync(inside("models", "own.gguf"), "x");
  const [own] = await library.list();
  expect(await library.forget(own!.id)).toMatchObject({ ok: false, failure: { code: "request-invalid" } });
  expect(await library.forget(ModelId.parse("nobody"))).toMatchObject({ ok: false, failure: { code: "not-found" } });
});

it("says what is wrong with a file, when it is added and later", async () => {
  expect(await library.addFile(inside("gone.gguf"))).toMatchObject({
    ok: false,
    failure: { code: "model-missing", details: { file: "gone.gguf" } },
  });
  expect(await library.addFile(inside("elsewhere"))).toMatchObject({
    ok: false,
    failure: { code: "model-unreadable" },
  });
  expect(await library.addFile(inside("elsewhere", "mine.gguf", "deeper.gguf"))).toMatchObject({
    ok: false,
    failure: { code: "model-missing" },
  });
  const { model } = value(await library.addFile(inside("elsewhere", "mine.gguf")));
  engineFailures.set(model.id, { code: "model-damaged" });
  expect((await library.list())[0]!.failure).toEqual({ code: "model-damaged" });
  rmSync(inside("elsewhere", "mine.gguf"));
  expect((await library.list())[0]).toMatchObject({ id: model.id, sizeBytes: 0, failure: { code: "model-missing" } });
});

it.skipIf(process.platform === "win32" || process.getuid?.() === 0)("says that a file may not be read", async () => {
  chmodSync(inside("elsewhere", "mine.gguf"), 0);
  expect(await library.addFile(inside("elsewhere", "mine.gguf"))).toMatchObject({
    ok: false,
    failure: { code: "model-unreadable" },
  });
});

it("is empty without a folder", async () => {
  rmSync(inside("models"), { recursive: true });
  expect(await library.list()).toEqual([]);
});

it("lists downloads in their folders, a split model as one, and says which part is missing", async () => {
  const folder = inside("models", "maker__Big");
  mkdirSync(folder);
  mkdirSync(inside("models", ".downloads"));
  for (const name of [
    "Big-Q4_0.gguf",
    "Big-Q4_0.gguf.origin.json",
    "Big-Q8_0-00001-of-00003.gguf",
    "Big-Q8_0-00002-of-00003.gguf",
  ])
    writeFileSync(path.join(folder, name), "12345");
  writeFileSync(inside("models", ".downloads", "part.gguf"), "x");
  expect(
    (await library.list()).map(({ fileName, origin, sizeBytes, fileCount, failure }) => [
      fileName,
      origin,
      sizeBytes,
      fileCount,
      failure ? detailsOf(failure)["file"] : undefined,
    ]),
  ).toEqual([
    ["Big-Q4_0.gguf", "hub", 5, 1, undefined],
    ["Big-Q8_0-00001-of-00003.gguf", "hub", 10, 3, "Big-Q8_0-00003-of-00003.gguf"],
  ]);
});

it("remembers names and last use, and forgets them with the model", async () => {
  const { model } = value(await library.addFile(inside("elsewhere", "mine.gguf")));
  value(await library.note(model.id, { name: "My own" }));
  value(await library.note(model.id, { lastUsedAtMs: 7 }));
  await open();
  expect((await library.files()).map((file) => [file.model.name, file.lastUsedAtMs])).toEqual([["My own", 7]]);
  value(await library.forget(model.id));
  expect(value(await library.addFile(inside("elsewhere", "mine.gguf"))).model.name).toBe("mine");
});
