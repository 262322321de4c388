// Repository names as people read them.
import { expect, test } from "vitest";
import { licenceTitle, modelTitle } from "./modelTitle";

test.each([
  ["unsloth/Qwen3-8B-GGUF", "Qwen3 8B"],
  ["bartowski/Qwen_Qwen3-8B-GGUF", "Qwen3 8B"],
  ["bartowski/Llama-3.2-1B-Instruct-GGUF", "Llama 3.2 1B Instruct"],
  ["mradermacher/Some_Model-7B-i1-GGUF", "Some Model 7B"],
  ["ggml-org/gpt-oss-20b-gguf", "gpt oss 20b"],
  ["someone/GGUF", "someone/GGUF"],
])("%s is %s", (repository, title) => {
  expect(modelTitle(repository)).toBe(title);
});

test("licences that nobody knows keep their name", () => {
  expect(licenceTitle("apache-2.0")).toBe("Apache-2.0");
  expect(licenceTitle("lfm1.0")).toBe("lfm1.0");
});
