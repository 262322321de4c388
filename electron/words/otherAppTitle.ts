// What other apps are called.
import type { OtherApp } from "../contract/importing";
import { t } from "./language";

const TITLES: Readonly<Record<OtherApp, () => string>> = {
  "lm-studio": () => "LM Studio", // not translated
  ollama: () => "Ollama", // not translated
  jan: () => "Jan", // not translated
  "hugging-face": () => t("Hugging Face cache"),
};

export function appTitle(app: OtherApp): string {
  return TITLES[app]();
}
