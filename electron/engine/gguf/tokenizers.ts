// The tokenizers that the bundled llama.cpp knows. Engine and fit process.
//
// From llama.cpp v0.5.0: llama_vocab::impl::load in src/llama-vocab.cpp. When node-llama-cpp is updated, as for architectures.ts:
// `sed -n '/tokenizer_pre.empty/,/unknown pre-tokenizer/p' src/llama-vocab.cpp | grep -o 'tokenizer_pre == "[^"]*"'`.

/**
 * How a tokenizer cuts text into tokens. "bpe": byte pairs, in GPT-2's alphabet or in UTF-8. "pieces": SentencePiece, with tokens for
 * bytes. "rwkv": the longest match. "plamo2": by a table. "other-family": for models that do not write text (BERT's, T5's), and
 * llama.cpp's own for its tests.
 */
export type TokenizerFamily = "bpe" | "pieces" | "rwkv" | "plamo2" | "other-family";

/** By tokenizer.ggml.model. */
export const tokenizerFamilies: ReadonlyMap<string, TokenizerFamily> = new Map([
  ["gpt2", "bpe"],
  ["gemma4", "bpe"],
  ["hybriddna", "bpe"],
  ["whitespace", "bpe"],
  ["llama", "pieces"],
  ["rwkv", "rwkv"],
  ["plamo2", "plamo2"],
  ["bert", "other-family"],
  ["t5", "other-family"],
  ["test", "other-family"],
]);

/** What tokenizer.ggml.model says of a model whose tokens are in no vocabulary of its own. */
export const noTokenizer: ReadonlySet<string> = new Set(["none", "no_vocab"]);

/** By tokenizer.ggml.pre: how byte pairs are cut into words first. Another name ends the load. */
// prettier-ignore
export const preTokenizers: ReadonlySet<string> = new Set([
  "", "default", "minicpm5", "llama3", "llama-v3", "llama-bpe", "falcon3", "falcon-h1", "pixtral", "midm-2.0", "lfm2", "jina-v5-nano",
  "deepseek-llm", "deepseek-coder", "deepseek-v3", "spark2_5", "youtu", "falcon", "mpt", "starcoder", "gpt-2", "phi-2", "jina-es", "jina-de",
  "gigachat", "jina-v2-es", "jina-v2-de", "a.x-4.0", "mellum", "modern-bert", "jais-2", "gemma4", "granite-embed-multi-311m", "sarvam-moe",
  "jina-v1-en", "jina-v2-code", "roberta-bpe", "whitespace", "refact", "command-r", "qwen2", "deepseek-r1-qwen", "kormo", "f2llmv2", "qwen35",
  "stablelm2", "olmo", "dbrx", "smaug-bpe", "poro-chat", "glm4", "chatglm-bpe", "viking", "jais", "tekken", "smollm", "codeshell", "bloom",
  "gpt3-finnish", "exaone", "exaone4", "exaone-moe", "chameleon", "minerva-7b", "megrez", "gpt-4o", "llama4", "kanana2", "talkie",
  "granite-embed-multi-97m", "tiny_aya", "cohere2moe", "superbpe", "trillion", "granite-docling", "bailingmoe", "bailingmoe2", "llada-moe",
  "seed-coder", "hunyuan", "hunyuan-dense", "hy_v4", "joyai-llm", "kimi-k2", "ufakzeka", "grok-2", "afmoe", "laguna", "minimax-m2",
  "solar-open", "mellum2",
]);

/** Of them, those whose tokens are UTF-8 with "▁" for a blank, not GPT-2's alphabet of bytes. */
export const plainTextPreTokenizers: ReadonlySet<string> = new Set([
  "gemma4",
  "granite-embed-multi-311m",
  "sarvam-moe",
  "whitespace",
]);
