import { expect, test } from "vitest";
import { knownArchitectures } from "../engine/gguf/architectures";
import { isOfFamily, modelFamily, modelFamilyNames } from "./modelFamilies";

test.each(modelFamilyNames)("%s is of architectures that the bundled llama.cpp loads", (name) => {
  expect(modelFamily(name).architectures.filter((architecture) => !knownArchitectures.has(architecture))).toEqual([]);
});

test("words that another family has too do not make it one", () => {
  expect(isOfFamily("qwen3", "qwen35")).toBe(false);
  expect(isOfFamily("qwen3.5", "qwen35moe")).toBe(true);
  expect(isOfFamily("llama", "deci")).toBe(false);
  expect(isOfFamily("gemma4", null)).toBe(true);
});
