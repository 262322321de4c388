// What other apps are called.
import type { OtherApp } from "../contract/importing";

const TITLES: Readonly<Record<OtherApp, string>> = {
  "lm-studio": "LM Studio",
  ollama: "Ollama",
  jan: "Jan",
  "hugging-face": "Hugging Face cache",
};

export function appTitle(app: OtherApp): string {
  return TITLES[app];
}
