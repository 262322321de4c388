// Which word of the command line is a model file.
import path from "node:path";
import { expect, it } from "vitest";
import { modelArgument } from "./modelArgument";

it.each([
  [["electron", ".", "model.gguf"], "/work/model.gguf"],
  [["facet", "/models/A.GGUF"], "/models/A.GGUF"],
  [["facet", "--no-sandbox", "a.gguf", "b.gguf"], "/work/b.gguf"],
  [["facet", "--model=x.gguf"], null],
  [["facet", "-x.gguf"], null],
  [["model.gguf"], null],
  [["facet", "model.txt"], null],
  [[], null],
])("%j → %j", (argv, expected) => {
  expect(modelArgument(argv, "/work")).toBe(expected === null ? null : path.resolve(expected));
});
