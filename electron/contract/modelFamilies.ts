// The families of models that a search can be held to. Repositories carry the tags of their card, not the architecture of their files,
// so that a family is words of a repository's name, and what the hub itself read from its files. Pure.
import { z } from "zod";

interface ModelFamily {
  /** What it is called; a name, the same in every language. */
  readonly title: string;
  /** As repositories write it in their names. */
  readonly words: string;
  /** As GGUF names them (general.architecture): others have these words in their name and are something else. */
  readonly architectures: readonly string[];
}

/** In the order in which they are offered; the newest of a maker first. */
const families = {
  "qwen3.6": { title: "Qwen 3.6", words: "Qwen3.6", architectures: ["qwen35", "qwen35moe"] },
  "qwen3.5": { title: "Qwen 3.5", words: "Qwen3.5", architectures: ["qwen35", "qwen35moe"] },
  qwen3: {
    title: "Qwen 3",
    words: "Qwen3",
    architectures: ["qwen3", "qwen3moe", "qwen3next", "qwen3vl", "qwen3vlmoe"],
  },
  "qwen2.5": { title: "Qwen 2.5", words: "Qwen2.5", architectures: ["qwen2", "qwen2moe", "qwen2vl"] },
  gemma4: { title: "Gemma 4", words: "gemma-4", architectures: ["gemma4"] },
  gemma3: { title: "Gemma 3", words: "gemma-3", architectures: ["gemma3", "gemma3n"] },
  llama: { title: "Llama", words: "Llama", architectures: ["llama", "llama4"] },
  mistral: { title: "Mistral", words: "Mistral", architectures: ["llama", "mistral3", "mistral4"] },
  ministral: { title: "Ministral", words: "Ministral", architectures: ["llama", "mistral3", "mistral4"] },
  "gpt-oss": { title: "gpt-oss", words: "gpt-oss", architectures: ["gpt-oss"] },
  nemotron: {
    title: "Nemotron",
    words: "Nemotron",
    architectures: ["nemotron", "nemotron_h", "nemotron_h_moe", "deci", "llama", "qwen2", "mistral3"],
  },
  phi: { title: "Phi", words: "Phi", architectures: ["phi2", "phi3", "phimoe"] },
  granite: {
    title: "Granite",
    words: "granite",
    architectures: ["granite", "granitemoe", "granitehybrid", "graniteswitch", "granite_swa"],
  },
  lfm2: { title: "LFM2", words: "LFM2", architectures: ["lfm2", "lfm2moe"] },
  deepseek: {
    title: "DeepSeek",
    words: "DeepSeek",
    architectures: ["deepseek", "deepseek2", "deepseek32", "deepseek4", "llama", "qwen2", "qwen3"],
  },
  glm: { title: "GLM", words: "GLM", architectures: ["chatglm", "glm4", "glm4moe", "glm-dsa", "deepseek2"] },
  smollm: { title: "SmolLM", words: "SmolLM", architectures: ["llama", "smollm3"] },
} as const satisfies Readonly<Record<string, ModelFamily>>;

export type ModelFamilyName = keyof typeof families;
export const modelFamilyNames = Object.keys(families) as [ModelFamilyName, ...ModelFamilyName[]];
export const ModelFamilyName = z.enum(modelFamilyNames);

export function modelFamily(name: ModelFamilyName): ModelFamily {
  return families[name];
}

/** What a search found by the family's words; null: the hub does not know the architecture. */
export function isOfFamily(name: ModelFamilyName, architecture: string | null): boolean {
  return architecture === null || modelFamily(name).architectures.includes(architecture);
}
