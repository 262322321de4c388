// What each file of the data folder holds, to stand after a colon.
import { hasKey } from "./hasKey";
import { t } from "./language";

const CONTENTS: Readonly<Record<string, () => string>> = {
  "settings.json": () => t("your settings@@content of a file"),
  "models.json": () => t("the list of your models@@content of a file"),
  "deltas.json": () => t("the list of your fine-tunes@@content of a file"),
  "hub.json": () => t("the settings for Hugging Face@@content of a file"),
  "hashes.json": () => t("the checksums of your models@@content of a file"),
  "jobs.json": () => t("the list of jobs@@content of a file"),
  "quality.json": () => t("the quality measurements@@content of a file"),
  "making-speeds.json": () => t("how fast fine-tunes were made@@content of a file"),
  "load-settings.json": () => t("the load settings of your models@@content of a file"),
  "loads.json": () => t("the memory measurements@@content of a file"),
  "gpu.json": () => t("what is known of your GPUs@@content of a file"),
  "engine-ends.json": () => t("which models stopped the engine@@content of a file"),
};

export function storedContent(file: string | undefined): string {
  return (hasKey(CONTENTS, file) ? CONTENTS[file] : undefined)?.() ?? t("what Facet remembers@@content of a file");
}
