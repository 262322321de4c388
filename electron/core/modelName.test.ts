// Names as repositories on the hub write them.
import { expect, test } from "vitest";
import { modelName } from "./modelName";

test.each([
  ["SmolLM2-135M-Instruct.Q4_1.gguf", "SmolLM2 135M Instruct"],
  ["gemma-3-270m-it-Q4_K_M.gguf", "gemma 3 270m it"],
  ["Qwen3-8B-UD-IQ3_XXS.gguf", "Qwen3 8B"],
  ["qwen2.5-7b-instruct-q4_k_m-00001-of-00002.gguf", "qwen2.5 7b instruct"],
  ["gpt-oss-20b-mxfp4.gguf", "gpt oss 20b"],
  ["model_f16.GGUF", "model"],
  ["Q4_K_M.gguf", "Q4 K M"],
  ["-Q8_0.gguf", "-Q8_0"],
])("%s is called %s", (fileName, name) => {
  expect(modelName(fileName)).toBe(name);
});
