// Names of models for people, out of the names of repositories: "bartowski/Qwen_Qwen3-8B-GGUF" → "Qwen3 8B".
import { t } from "./language";

/** Only what is sure to be no part of the name is taken away. */
export function modelTitle(repository: string): string {
  const name = repository.split("/")[1] ?? repository;
  const bare = name.replace(/[-_.]?(?:i1[-_.])?gguf$/iu, "");
  // bartowski and others put the first owner before the name: Qwen_Qwen3-8B, google_gemma-3-4b-it.
  const parts = /^([A-Za-z0-9.-]+)_(.+)$/u.exec(bare);
  const owned =
    parts?.[1] !== undefined && parts[2] !== undefined && OWNERS.has(parts[1].toLowerCase()) ? parts[2] : bare;
  const words = owned.replace(/(?<=[A-Za-z0-9.])[-_](?=[A-Za-z0-9])/gu, " ").trim();
  return words === "" ? repository : words;
}

const OWNERS = new Set([
  "qwen",
  "google",
  "meta-llama",
  "mistralai",
  "microsoft",
  "nvidia",
  "deepseek-ai",
  "openai",
  "ibm-granite",
  "huggingfacetb",
  "allenai",
  "tiiuae",
  "zai-org",
  "baidu",
  "tencent",
  "lgai-exaone",
  "nousresearch",
  "arcee-ai",
  "moonshotai",
  "liquidai",
]);

/** "apache-2.0" → "Apache 2.0"; what is not known stays as it is. */
export function licenceTitle(licence: string): string {
  const named = licence.toLowerCase();
  if (named === "other") return t("Other licence");
  const known: Readonly<Record<string, string>> = {
    "apache-2.0": "Apache-2.0",
    mit: "MIT",
    "nvidia-open-model-license": "NVIDIA Open Model", // not translated
    gemma: "Gemma", // not translated
    "cc-by-4.0": "CC BY 4.0", // not translated
    "cc-by-nc-4.0": "CC BY-NC 4.0", // not translated
    llama2: "Llama 2", // not translated
    llama3: "Llama 3", // not translated
    "llama3.1": "Llama 3.1", // not translated
    "llama3.2": "Llama 3.2", // not translated
    "llama3.3": "Llama 3.3", // not translated
    llama4: "Llama 4", // not translated
  };
  return known[named] ?? licence;
}
