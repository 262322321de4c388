// The language of the command line: that of the window's setting, else the terminal's.
import { readFileSync } from "node:fs";
import path from "node:path";
import type { Language } from "../../contract/language";
import { Languages, languagesFolder } from "../../core/Languages";
import { systemLanguages } from "../../hosts/node/systemLanguages";

/** Two folders above the built file. */
const RESOURCES = path.join(import.meta.dirname, "../../resources");

/** Read by itself: help and mistakes are said before any application is opened. */
export function commandLanguage(dataFolder: string): Language {
  return new Languages(languagesFolder(RESOURCES)).choose(
    setting(path.join(dataFolder, "settings.json")),
    systemLanguages(),
  );
}

function setting(file: string): string {
  try {
    const { language } = JSON.parse(readFileSync(file, "utf8")) as { language?: unknown };
    return typeof language === "string" ? language : "system";
  } catch {
    return "system";
  }
}
