// How a quantized file was made, read from what this Facet and earlier ones wrote into it.
import { expect, it } from "vitest";
import { ggufBytes, tinyModelContents, type MetadataEntry } from "../../testing/tinyGguf";
import { describeModel } from "../fit/describeModel";
import { recipeMetadata } from "./recipeMetadata";

const MADE = {
  "facet.source.file": "Qwen-F16.gguf",
  "facet.source.sha256": "a".repeat(64),
  "facet.app_version": "0.0.0",
};

it.each([
  ["with a step", recipeMetadata("Q4_K_M", ["calibrate"]), ["calibrate"]],
  ["without", recipeMetadata("Q4_K_M", []), []],
  [
    "calibrated, before recipes",
    { "facet.quantize.type": "Q4_K_M", "facet.quantize.calibrated": "yes" },
    ["calibrate"],
  ],
  ["not calibrated, before recipes", { "facet.quantize.type": "Q4_K_M", "facet.quantize.calibrated": "no" }, []],
  [
    "with a step of a newer Facet",
    { "facet.quantize.type": "Q4_K_M", "facet.quantize.steps": "rotate,calibrate" },
    ["calibrate"],
  ],
])("a file made %s", async (_name, recipe, steps) => {
  const contents = tinyModelContents();
  const said = Object.entries({ ...MADE, ...recipe }).map(([key, value]): [string, MetadataEntry] => [
    key,
    { type: "string", value },
  ]);
  const bytes = ggufBytes({ ...contents, metadata: [...contents.metadata, ...said] });
  const source = {
    sizeBytes: bytes.length,
    read: (offset: number, lengthBytes: number) => Promise.resolve(bytes.subarray(offset, offset + lengthBytes)),
  };
  expect(await describeModel(source)).toMatchObject({
    ok: true,
    value: { madeFrom: { sourceFileName: "Qwen-F16.gguf", type: "Q4_K_M", steps } },
  });
});
