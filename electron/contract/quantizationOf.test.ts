// The quantization in a file's name.
import { expect, test } from "vitest";
import { quantizationOf } from "./quantizationOf";

test.each([
  ["SmolLM2-135M-Instruct.Q4_1.gguf", "Q4_1"],
  ["Qwen3-8B-Q4_K_M.gguf", "Q4_K_M"],
  ["qwen2.5-7b-instruct-q5_k_s-00001-of-00002.gguf", "Q5_K_S"],
  ["Llama-3.3-70B-Instruct-IQ2_XXS.gguf", "IQ2_XXS"],
  ["Qwen3-8B-UD-Q4_K_XL.gguf", "UD-Q4_K_XL"],
  ["gemma-3-4b-it-IQ4_NL.gguf", "IQ4_NL"],
  ["Model-Q4_0_4_8.gguf", "Q4_0_4_8"],
  ["Model-Q6_K_L.gguf", "Q6_K_L"],
  ["Model-Q6_K.gguf", "Q6_K"],
  ["gpt-oss-20b-mxfp4.gguf", "MXFP4"],
  ["Phi-4-mini-instruct.BF16.gguf", "BF16"],
  ["model-fp16.gguf", "F16"],
  ["Model-TQ1_0.gguf", "TQ1_0"],
  ["BF16/Model-00001-of-00002.gguf", "BF16"],
  ["from-F16-to-Q8_0.gguf", "Q8_0"],
  ["Q4_K_M/Model-Q4_K_M-00001-of-00002.gguf", "Q4_K_M"],
  ["Mein Modell (Q4_K_M), fertig.gguf", "Q4_K_M"],
  ["模型Q8_0.gguf", null],
  ["模型【Q8_0】.gguf", "Q8_0"],
  ["Model.Q6_K.gguf.part1of2", "Q6_K"],
  ["model.gguf", null],
  ["Qwen-Q4ever.gguf", null],
  ["seq2seq-1b.gguf", null],
])("%s: %s", (name, expected) => {
  expect(quantizationOf(name)).toBe(expected);
});
