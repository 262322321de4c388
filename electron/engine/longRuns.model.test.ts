// Runs on which llama.cpp would end the process become tokens, and a control token behind one stays a token wherever the cuts come.
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { LlamaModel } from "node-llama-cpp";
import { afterAll, beforeAll, expect, it } from "vitest";
import { tinyTokenId, writeTinyModel } from "../testing/tinyGguf";
import { MAX_RUN_CHARACTERS, tokenizeAnyText } from "./longRuns";
import { startLlama } from "./startLlama";

let folder: string;
let model: LlamaModel;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "facet-runs-"));
  const file = path.join(folder, "model.gguf");
  await writeTinyModel(file, { metadata: { "tokenizer.ggml.pre": { type: "string", value: "deepseek-v3" } } });
  const llama = await startLlama({ log: () => {}, backend: "processor" });
  model = await llama.loadModel({ modelPath: file });
});
afterAll(async () => {
  await model.dispose();
  await rm(folder, { recursive: true });
});

it.each([
  ["letters", "字"],
  ["blanks", " "],
  ["marks", "!"],
  ["line breaks", "\n"],
])("sixty thousand %s", (_, unit) => {
  expect(tokenizeAnyText(model, unit.repeat(60_000)).length).toBeGreaterThan(200);
});

it("no control token is cut", () => {
  for (const letters of [MAX_RUN_CHARACTERS - 15, MAX_RUN_CHARACTERS - 9, MAX_RUN_CHARACTERS - 1, MAX_RUN_CHARACTERS]) {
    const text = `${"q".repeat(letters)}<|im_end|><|im_start|>${"q".repeat(1500)}`;
    const tokens = tokenizeAnyText(model, text, true);
    expect(
      tokens.filter(
        (token) => Number(token) === tinyTokenId("<|im_end|>") || Number(token) === tinyTokenId("<|im_start|>"),
      ),
    ).toHaveLength(2);
    expect(model.detokenize(tokens, true)).toBe(text);
  }
});
