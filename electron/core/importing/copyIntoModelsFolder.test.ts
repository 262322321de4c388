// Copies into the models folder: names, parts that stay together, stops, and what a kill leaves.
import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { UnfinishedFiles } from "../UnfinishedFiles";
import { copyIntoModelsFolder, finishCopies } from "./copyIntoModelsFolder";
import type { TaskRun } from "./FileTasks";
import type { ModelOnDisk } from "./findModels";

let folder: string;
let models: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "facet-copy-"));
  models = path.join(folder, "models");
  mkdirSync(models);
});
afterEach(() => rmSync(folder, { recursive: true }));

function running(signal = new AbortController().signal): TaskRun {
  return { signal, addTotal: () => {}, addDone: () => {} };
}
function model(...names: string[]): ModelOnDisk {
  const paths = names.map((name) => path.join(folder, name));
  for (const file of paths) {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, `GGUF ${path.relative(folder, file)}`);
  }
  const [first = ""] = paths;
  return {
    path: first,
    paths,
    realPath: first,
    name: "Name",
    fileName: path.basename(first),
    sizeBytes: 10,
    quantization: null,
    app: null,
    failure: null,
  };
}
const contentOf = (name: string) => readFileSync(path.join(models, name), "utf8");
const inModels = () =>
  readdirSync(models)
    .filter((name) => !name.startsWith("."))
    .sort();

it("keeps names, and numbers what is there already, all parts together", async () => {
  const numbered = ["big-2-00001-of-00002.gguf", "big-2-00002-of-00002.gguf"];
  const parts = ["big-00001-of-00002.gguf", "big-00002-of-00002.gguf"];
  for (let copy = 0; copy < 2; copy++)
    expect((await copyIntoModelsFolder(model(...parts), models, running())).ok).toBe(true);
  expect(inModels()).toEqual(["big-00001-of-00002.gguf", "big-00002-of-00002.gguf", ...numbered].sort());
  expect(contentOf("big-2-00002-of-00002.gguf")).toBe("GGUF big-00002-of-00002.gguf");
});

it("loses none of the models that want one name at once", async () => {
  const wanted = Array.from({ length: 6 }, (_, index) => model(path.join(String(index), "ggml-model.gguf")));
  const split = Array.from({ length: 6 }, (_, index) =>
    model(...["big-00001-of-00002.gguf", "big-00002-of-00002.gguf"].map((name) => path.join(String(index), name))),
  );
  const all = [...wanted, ...split];
  const copied = await Promise.all(all.map((one) => copyIntoModelsFolder(one, models, running())));
  for (const [index, { paths }] of all.entries()) {
    const outcome = copied[index]!;
    if (!outcome.ok) throw new Error(JSON.stringify(outcome.failure));
    for (const [part, source] of paths.entries()) {
      const file = outcome.value.replace("-00001-of-", `-0000${part + 1}-of-`);
      expect(readFileSync(file, "utf8")).toBe(readFileSync(source, "utf8"));
    }
  }
  expect(inModels()).toHaveLength(18);
});

it("looks at what each file begins with before it copies", async () => {
  const zeros = model("split-00001-of-00002.gguf", "split-00002-of-00002.gguf");
  writeFileSync(zeros.paths[1]!, Buffer.alloc(4096));
  const cases: [ModelOnDisk, string][] = [
    [zeros, "model-not-gguf"],
    [{ ...model("a.gguf"), failure: { code: "model-truncated" } }, "model-truncated"],
    [{ ...model("b.gguf"), paths: ["/dev/zero"] }, "model-unreadable"],
  ];
  for (const [one, code] of cases) {
    expect(await copyIntoModelsFolder(one, models, running())).toMatchObject({ ok: false, failure: { code } });
  }
  expect(existsSync(path.join(models, ".imports"))).toBe(false);
});

it("makes a file's name of what another app calls its blob", async () => {
  const blob = { ...model("sha256-abc"), fileName: "../evil/llama3.2:1b" };
  expect(await copyIntoModelsFolder(blob, models, running())).toMatchObject({ ok: true });
  expect(inModels()).toEqual(["evil-llama3.2-1b.gguf"]);
});

it("counts a name that differs in its case alone as the same, and shortens what no disk takes", async () => {
  writeFileSync(path.join(models, "MODEL.gguf"), "");
  expect((await copyIntoModelsFolder(model("model.gguf"), models, running())).ok).toBe(true);
  expect(
    (await copyIntoModelsFolder({ ...model("sha256-def"), fileName: "模".repeat(300) }, models, running())).ok,
  ).toBe(true);
  expect(inModels()).toEqual(["MODEL.gguf", "model-2.gguf", expect.stringMatching(/^模+-[0-9a-f]{8}\.gguf$/u)]);
});

it.skipIf(process.platform === "win32")("waits for no pipe that took a model's place", async () => {
  const replaced = model("a.gguf");
  rmSync(replaced.path);
  execFileSync("mkfifo", [replaced.path]);
  expect(await copyIntoModelsFolder(replaced, models, running())).toMatchObject({
    ok: false,
    failure: { code: "model-unreadable" },
  });
  expect(inModels()).toEqual([]);
});

it("leaves nothing when it is stopped or its source is gone", async () => {
  const stopped = new AbortController();
  stopped.abort();
  expect(await copyIntoModelsFolder(model("a.gguf"), models, running(stopped.signal))).toMatchObject({
    ok: false,
    failure: { code: "request-cancelled" },
  });
  const gone = model("b.gguf");
  rmSync(gone.path);
  expect(await copyIntoModelsFolder(gone, models, running())).toMatchObject({
    ok: false,
    failure: { code: "model-missing" },
  });
  expect(inModels()).toEqual([]);
  expect(readdirSync(path.join(models, ".imports"))).toEqual([]);
});

it("says before it begins that there is no room", async () => {
  const huge = { ...model("a.gguf"), sizeBytes: 1e18 };
  expect(await copyIntoModelsFolder(huge, models, running())).toMatchObject({
    ok: false,
    failure: { code: "disk-full", details: { missingBytes: expect.stringMatching(/^\d+$/u) } },
  });
});

/** As a kill leaves it: with its entries in the journal. */
async function put(unfinished: UnfinishedFiles, name: string, ...files: string[]): Promise<void> {
  const copy = path.join(models, ".imports", name);
  mkdirSync(copy, { recursive: true });
  await unfinished.begin(copy);
  for (const file of files) {
    await unfinished.begin(path.join(copy, file));
    writeFileSync(path.join(copy, file), file);
  }
}

it("finishes at start what was whole, and deletes what was not", async () => {
  const unfinished = UnfinishedFiles.withoutFile();
  await put(unfinished, randomUUID(), "half.gguf");
  await put(unfinished, `${randomUUID()}.whole`, "a-00001-of-00002.gguf", "a-00002-of-00002.gguf");
  await finishCopies(models, unfinished);
  expect(inModels()).toEqual(["a-00001-of-00002.gguf", "a-00002-of-00002.gguf"]);
  expect(existsSync(path.join(models, ".imports"))).toBe(false);
  expect(unfinished.paths).toEqual([]);
});

it("touches nothing at start that no journal names, whatever it is called", async () => {
  const unfinished = UnfinishedFiles.withoutFile();
  const [half, whole] = [randomUUID(), `${randomUUID()}.whole`];
  await put(UnfinishedFiles.withoutFile(), half, "mine.gguf");
  await put(UnfinishedFiles.withoutFile(), whole, "mine too.gguf");
  const begun = randomUUID();
  await put(unfinished, begun, "copy.gguf");
  writeFileSync(path.join(models, ".imports", begun, "letter.txt"), "mine");
  await finishCopies(models, unfinished);
  expect(inModels()).toEqual([]);
  expect(readdirSync(path.join(models, ".imports")).sort()).toEqual([half, whole, begun].sort());
  expect(readdirSync(path.join(models, ".imports", begun))).toEqual(["letter.txt"]);
});

it("overwrites nothing at start that got the name meanwhile, and deletes nothing that is not its own", async () => {
  const unfinished = UnfinishedFiles.withoutFile();
  const copy = `${randomUUID()}.whole`;
  await put(unfinished, copy, "a.gguf");
  writeFileSync(path.join(models, ".imports", copy, "a.gguf"), "the copy");
  writeFileSync(path.join(models, "a.gguf"), "another");
  mkdirSync(path.join(models, ".imports", "mine.whole"));
  writeFileSync(path.join(models, ".imports", "notes.txt"), "mine");
  await finishCopies(models, unfinished);
  expect(readFileSync(path.join(models, "a.gguf"), "utf8")).toBe("another");
  expect(readFileSync(path.join(models, "a-2.gguf"), "utf8")).toBe("the copy");
  expect(readdirSync(path.join(models, ".imports")).sort()).toEqual(["mine.whole", "notes.txt"]);
});
