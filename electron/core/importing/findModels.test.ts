// Files on this computer are told apart by their headers; files that are not whole are reported as such.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { detailsOf } from "../../contract/failureDetails";
import { estimatorInProcess } from "../../testing/estimatorInProcess";
import { ggufOfKind } from "../../testing/ggufKinds";
import { tinyModelBytes } from "../../testing/tinyGguf";
import { describeFile } from "../estimator/fitModelOfPaths";
import { findGgufFiles } from "./findFiles";
import { findModels } from "./findModels";
import { ScanBudget } from "./ScanBudget";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "facet-find-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function put(name: string, content: Uint8Array | string): string {
  const file = path.join(folder, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}
function find(...files: string[]) {
  const estimator = estimatorInProcess("");
  return findModels(
    files.map((file) => ({ path: file })),
    null,
    (file) => describeFile(file, estimator),
    new ScanBudget(new AbortController().signal),
  );
}

it("offers what was found where a folder holds more than is searched, and names what was not searched", async () => {
  for (let index = 0; index < 30; index++) put(path.join("crowd", `note-${index}.txt`), "");
  put(path.join("late", "deeper.gguf"), ggufOfKind("model", 0));
  for (let index = 0; index < 10; index++) put(`a-${index}.txt`, "");
  const top = put("top.gguf", ggufOfKind("model", 0));
  const budget = new ScanBudget(new AbortController().signal, () => 0, 20);
  const files = await findGgufFiles(folder, budget);
  const estimator = estimatorInProcess("");
  const found = await findModels(
    files.map((file) => ({ path: file })),
    null,
    (file) => describeFile(file, estimator),
    budget,
  );
  expect(found.models.map((model) => model.path)).toEqual([top]);
  expect(budget.isPartial).toBe(true);
  expect(budget.leftOut.map((left) => path.basename(left))).toEqual(["crowd", "late"]);
});

it("tells kinds apart by headers, and names adapters by their paths", async () => {
  const lora = put("not-called-so.gguf", ggufOfKind("adapter", 0));
  const found = await find(
    put("mmproj-imatrix-lora.gguf", ggufOfKind("model", 0)),
    lora,
    put("chat-1.gguf", ggufOfKind("draft", 0)),
    put("chat-2.gguf", ggufOfKind("draft", 1)),
    put("chat-3.gguf", ggufOfKind("projector", 0)),
    put("poem.gguf", "no model"),
  );
  expect(found.models.map(({ fileName, failure }) => [fileName, failure])).toEqual([
    ["mmproj-imatrix-lora.gguf", null],
  ]);
  expect(found.adapters).toEqual([lora]);
  expect([...found.others]).toEqual([
    ["draft", 2],
    ["projector", 1],
  ]);
  expect(found.notGguf).toEqual(["poem.gguf"]);
});

it("says of a broken model that it is broken, under its name", async () => {
  const { models } = await find(put("cut.gguf", tinyModelBytes({ keepFraction: 0.5 })), path.join(folder, "gone.gguf"));
  expect(models.map(({ failure }) => [failure?.code, failure ? detailsOf(failure)["file"] : undefined])).toEqual([
    ["model-truncated", "cut.gguf"],
    ["model-missing", "gone.gguf"],
  ]);
});

it("holds nothing against a file that could not be looked at", async () => {
  const file = put("any.gguf", tinyModelBytes());
  const { models } = await findModels(
    [{ path: file }],
    null,
    () => Promise.resolve({ ok: false, failure: { code: "estimate-failed" } }),
    new ScanBudget(new AbortController().signal),
  );
  expect(models).toMatchObject([{ fileName: "any.gguf", failure: null }]);
});

it("names models of which there are only pieces, and takes no note for a piece", async () => {
  const whole = tinyModelBytes();
  const half = whole.length / 2;
  const found = await find(
    put("big.gguf.part1of2", whole.subarray(0, half)),
    put("big.gguf.part2of2", whole.subarray(half)),
    put("other.gguf-split-a", whole.subarray(0, half)),
    put("third.gguf.origin.json", "{}"),
    put("third.gguf", whole),
  );
  expect([...found.notWhole]).toEqual(["big.gguf", "other.gguf"]);
  expect(found.models.map(({ fileName }) => fileName)).toEqual(["third.gguf"]);
  expect(found.notGguf).toEqual([]);
});
