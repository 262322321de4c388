// Pairs that can be measured: never a model against itself, never one of another kind.
import { expect, test } from "vitest";
import { ModelId } from "../../../electron/contract/ids";
import type { ModelDetails } from "../../../electron/contract/model";
import { siblingsOf, sourcesFor } from "./measurable";

function model(id: string, sizeBytes: number, weightType: string, architecture = "llama"): ModelDetails {
  return {
    model: {
      id: ModelId.parse(id),
      name: id,
      fileName: `${id}.gguf`,
      sizeBytes,
      fileCount: 1,
      origin: "file",
      failure: null,
    },
    architecture,
    weightType,
    parameterCount: 135e6,
    quantization: weightType,
    trainContextSizeTokens: null,
    repository: null,
    hubPath: null,
    licence: null,
    canVerify: false,
    lastUsedAtMs: null,
    madeFrom: null,
    inModelsFolder: true,
  } as ModelDetails;
}
const f16 = model("f16", 271, "F16");
const q8 = model("q8", 145, "Q8_0");
const q4 = model("q4", 92, "Q4_0");
const other = model("other", 50, "Q4_0", "gemma3");
const all = [f16, q8, q4, other];
const ids = (list: readonly ModelDetails[]) => list.map(({ model: { id } }) => id);

test("siblings are smaller files of the same kind", () => {
  expect(ids(siblingsOf(f16, all))).toEqual(["q8", "q4"]);
  expect(ids(siblingsOf(q4, all))).toEqual([]);
});

test("a source is what main says it can be, or the model itself for its siblings", () => {
  expect(ids(sourcesFor(q4, all, { variants: [], possibleSources: [f16.model.id, q8.model.id] }))).toEqual([
    "f16",
    "q8",
  ]);
  expect(ids(sourcesFor(f16, all, { variants: [], possibleSources: [q8.model.id] }))).toEqual(["f16"]);
  expect(ids(sourcesFor(q8, all, { variants: [], possibleSources: [f16.model.id] }))).toEqual(["f16", "q8"]);
  expect(ids(sourcesFor(other, all, { variants: [], possibleSources: [] }))).toEqual([]);
});
