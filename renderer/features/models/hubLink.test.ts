// What counts as a link to a model, and what is only a search.
import { expect, test } from "vitest";
import { repositoryIn } from "./hubLink";

test.each([
  ["Qwen/Qwen3-8B-GGUF", "Qwen/Qwen3-8B-GGUF"],
  ["  Qwen/Qwen3-8B-GGUF \n", "Qwen/Qwen3-8B-GGUF"],
  ["https://huggingface.co/Qwen/Qwen3-8B-GGUF", "Qwen/Qwen3-8B-GGUF"],
  ["huggingface.co/Qwen/Qwen3-8B-GGUF?library=llama-cpp#files", "Qwen/Qwen3-8B-GGUF"],
  ["https://huggingface.co/Qwen/Qwen3-8B-GGUF/blob/main/Qwen3-8B-Q4_K_M.gguf", "Qwen/Qwen3-8B-GGUF"],
  ["https://hf.co/Qwen/Qwen3-8B-GGUF/", "Qwen/Qwen3-8B-GGUF"],
  ["ollama run hf.co/Qwen/Qwen3-8B-GGUF:Q4_K_M", "Qwen/Qwen3-8B-GGUF"],
])("%s is a repository", (text, repository) => {
  expect(repositoryIn(text)).toBe(repository);
});

test.each([
  "qwen 8b",
  "qwen",
  "",
  "https://huggingface.co/Qwen",
  "https://huggingface.co/datasets/a/b",
  "https://huggingface.co/docs/hub/gguf",
  "https://huggingface.co.evil.example/a/b",
  "https://example.com/a/b",
  "../a",
  "a/..",
  "a/b/c",
  "javascript:alert(1)",
  "https://huggingface.co@evil.example/a/b",
  "models/llama",
])("“%s” is none", (text) => {
  expect(repositoryIn(text)).toBeNull();
});
